"""What the application's own database role may not do with billing's tables.

It appends to the journal and draws prices; balances, days and payouts are written by functions that
run as the owner (migration 0003). Triggers refuse the same to the owner.
"""

from typing import Final

REVOKED: Final = {
    "billing_app_entry": "UPDATE, DELETE, TRUNCATE",
    "billing_app_price": "UPDATE, DELETE, TRUNCATE",
    "billing_app_cycle": "INSERT, UPDATE, DELETE, TRUNCATE",
    "billing_app_businessday": "INSERT, UPDATE, DELETE, TRUNCATE",
    "billing_app_payout": "INSERT, DELETE, TRUNCATE",
    "billing_app_correction": "DELETE, TRUNCATE",
    "billing_app_audit": "UPDATE, DELETE, TRUNCATE",
    "billing_app_reconciliation": "UPDATE, DELETE, TRUNCATE",
    "billing_app_difference": "UPDATE, DELETE, TRUNCATE",
    "billing_app_checkrequest": "UPDATE, DELETE, TRUNCATE",
    "billing_app_closerequest": "UPDATE, DELETE, TRUNCATE",
    "billing_app_sealrefusal": "UPDATE, DELETE, TRUNCATE",
}
