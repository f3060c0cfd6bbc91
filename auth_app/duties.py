"""What the application's own database role may not do with auth's tables: edit the audit log."""

from typing import Final

REVOKED: Final = {"auth_app_audit": "UPDATE, DELETE, TRUNCATE"}
