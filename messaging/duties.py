"""What the application's own database role may not do: edit the event log, or forget what it has
applied, has to send or has parked, and what operators did."""

from typing import Final

REVOKED: Final = {
    "outbox_event": "UPDATE, DELETE, TRUNCATE",
    "inbox_event": "UPDATE, DELETE, TRUNCATE",
    "outbox_pruned": "INSERT, UPDATE, DELETE, TRUNCATE",
    "outbox_delivery": "DELETE, TRUNCATE",
    "inbox_attempt": "UPDATE, DELETE, TRUNCATE",
    "dead_letter": "DELETE, TRUNCATE",
    "dead_letter_words": "DELETE, TRUNCATE",
    "operator_deed": "UPDATE, DELETE, TRUNCATE",
}
