"""What the application's own database role may not do: edit who was assigned what, for each
assignment has been charged (B3)."""

from typing import Final

REVOKED: Final = {
    "tasks_app_assignment": "UPDATE, DELETE, TRUNCATE",
}
