"""What the tracker consumes: who there is, and what billing charges for a task."""

from collections.abc import Sequence

from django.db import connection

from access.sign_ins import on_sign_in_ended
from messaging.arrays import columns
from messaging.event import Event, Subscriptions

_KEEP_ACCOUNTS = """
INSERT INTO tasks_app_account AS a (public_id, name, role, is_active, version)
SELECT DISTINCT ON (public_id) *
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bool[], %s::int[])
    AS given(public_id, name, role, is_active, version)
 ORDER BY public_id, version DESC
ON CONFLICT (public_id) DO UPDATE
   SET name = excluded.name, role = excluded.role,
       is_active = excluded.is_active, version = excluded.version
 WHERE a.version < excluded.version
"""

# Locked in the order of ids, like a shuffle does, or the two could wait for each other.
_KEEP_PRICES = """
WITH priced AS (
  SELECT t.id, given.fee, given.reward
    FROM unnest(%s::uuid[], %s::int[], %s::int[]) AS given(task_id, fee, reward)
    JOIN tasks_app_task AS t ON t.public_id = given.task_id
   ORDER BY t.id
     FOR NO KEY UPDATE OF t
)
UPDATE tasks_app_task AS t SET fee_cents = priced.fee, reward_cents = priced.reward
  FROM priced WHERE t.id = priced.id
"""


def on_account_changed(events: Sequence[Event]) -> None:
    """Keep the newest state of each person."""
    fields = ("account_id", "name", "role", "is_active", "version")
    _execute(_KEEP_ACCOUNTS, events, fields)


def on_task_priced(events: Sequence[Event]) -> None:
    """Show what the task costs and pays."""
    _execute(_KEEP_PRICES, events, ("task_id", "fee_cents", "reward_cents"))


def _execute(statement: str, events: Sequence[Event], fields: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        rows = [[event.data[field] for field in fields] for event in events]
        cursor.execute(statement, columns(rows))


SUBSCRIPTIONS: Subscriptions = {
    ("auth.account_created", 1): on_account_changed,
    ("auth.account_updated", 1): on_account_changed,
    ("auth.sign_in_ended", 1): on_sign_in_ended,
    ("billing.task_priced", 1): on_task_priced,
}
