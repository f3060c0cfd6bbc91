"""What billing consumes: lists of events of one kind, in any order, each applied once."""

from collections.abc import Sequence

from django.db import connection

from access.sign_ins import on_sign_in_ended
from billing_app.ledger import post, take_turn
from billing_app.models import Kind
from billing_app.prices import price
from messaging.arrays import columns
from messaging.event import Event, Subscriptions

_KEEP_ACCOUNTS = """
INSERT INTO billing_app_account AS a (public_id, name, email, role, is_active, language, version)
SELECT DISTINCT ON (public_id) *
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bool[], %s::text[], %s::int[])
    AS given(public_id, name, email, role, is_active, language, version)
 ORDER BY public_id, version DESC
ON CONFLICT (public_id) DO UPDATE
   SET name = excluded.name, email = excluded.email, role = excluded.role,
       is_active = excluded.is_active, language = excluded.language, version = excluded.version
 WHERE a.version < excluded.version
"""

_KEEP_CONTROL_TOTALS = """
INSERT INTO billing_app_controltotal AS t
       (day, zone, assignments, assignments_checksum, completions, completions_checksum, version,
        counted_at)
SELECT DISTINCT ON (day) *
  FROM unnest(%s::date[], %s::text[], %s::bigint[], %s::numeric[], %s::bigint[], %s::numeric[],
              %s::int[], %s::timestamptz[])
    AS given(day, zone, assignments, assignments_checksum, completions, completions_checksum,
             version, counted_at)
 ORDER BY day, version DESC
ON CONFLICT (day) DO UPDATE
   SET zone = excluded.zone, assignments = excluded.assignments,
       assignments_checksum = excluded.assignments_checksum, completions = excluded.completions,
       completions_checksum = excluded.completions_checksum, version = excluded.version,
       counted_at = excluded.counted_at
 WHERE t.version < excluded.version
"""

_KEEP_TASKS = """
INSERT INTO billing_app_task (public_id, title, jira_id)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS given(public_id, title, jira_id)
 ORDER BY public_id
ON CONFLICT DO NOTHING
"""

_COUNT = (
    "day",
    "zone",
    "assignments",
    "assignments_checksum",
    "completions",
    "completions_checksum",
    "version",
)
_STATE = ("account_id", "name", "email", "role", "is_active", "language", "version")


def on_account_changed(events: Sequence[Event]) -> None:
    """Keep the newest state of each person; a new one has an account from now on (B1)."""
    take_turn()
    rows = [[event.data[field] for field in _STATE] for event in events]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_ACCOUNTS, columns(rows))


def on_task_created(events: Sequence[Event]) -> None:
    """Remember what the task is called, and draw its prices (B2)."""
    take_turn()
    rows = [
        [event.data["task_id"], event.data["title"], event.data["jira_id"] or ""]
        for event in events
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_TASKS, columns(rows))
    price(events)


def on_task_assigned(events: Sequence[Event]) -> None:
    """Charge the fee for every assignment (B3)."""
    take_turn()
    price(events)
    post(Kind.FEE, events)


def on_task_completed(events: Sequence[Event]) -> None:
    """Credit the reward (B3)."""
    take_turn()
    price(events)
    post(Kind.REWARD, events)


def on_day_counted(events: Sequence[Event]) -> None:
    """Keep the newest of what the tracker counted on each day, for reconciliation."""
    rows = [[*(event.data[field] for field in _COUNT), event.time] for event in events]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_CONTROL_TOTALS, columns(rows))


SUBSCRIPTIONS: Subscriptions = {
    ("auth.account_created", 1): on_account_changed,
    ("auth.account_updated", 1): on_account_changed,
    ("auth.sign_in_ended", 1): on_sign_in_ended,
    ("tasks.task_created", 2): on_task_created,
    ("tasks.task_assigned", 1): on_task_assigned,
    ("tasks.task_completed", 1): on_task_completed,
    ("tasks.day_counted", 1): on_day_counted,
}
