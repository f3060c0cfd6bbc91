"""What analytics makes of events: sums and stubs, so any order gives the same state.

A handler is one statement for a whole list. The row of today is in every batch, so batches would
wait for each other anyway; they do so at the start, and none can meet another half-way through.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.db import connection

from access.sign_ins import on_sign_in_ended
from messaging.arrays import array
from messaging.business_day import business_day
from messaging.event import Event, Subscriptions

FORGETTING: Final = 7200002  # handlers take turns with each other and with `analytics_forget`

_TAKE_TURN = f"SELECT pg_advisory_xact_lock({FORGETTING})"

_REPLICATE_ACCOUNTS = """
INSERT INTO analytics_app_account AS known (public_id, name, role, is_active, version)
SELECT DISTINCT ON (public_id) *
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::boolean[], %s::int[])
    AS told(public_id, name, role, is_active, version)
 ORDER BY public_id, version DESC
ON CONFLICT (public_id) DO UPDATE
   SET name = excluded.name, role = excluded.role, is_active = excluded.is_active,
       version = excluded.version
 WHERE known.version < excluded.version
"""

_NAME_TASKS = """
INSERT INTO analytics_app_task (public_id, title, jira_id)
SELECT DISTINCT ON (public_id) *
  FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS told(public_id, title, jira_id)
 ORDER BY public_id
ON CONFLICT (public_id) DO UPDATE SET title = excluded.title, jira_id = excluded.jira_id
"""

_PRICE_TASKS = """
INSERT INTO analytics_app_task (public_id, reward_cents)
SELECT DISTINCT ON (public_id) *
  FROM unnest(%s::uuid[], %s::bigint[]) AS told(public_id, reward_cents)
 ORDER BY public_id
ON CONFLICT (public_id) DO UPDATE SET reward_cents = excluded.reward_cents
"""

_COMPLETE_TASKS = """
INSERT INTO analytics_app_task AS known (public_id, completed_by, completed_at, completed_day)
SELECT DISTINCT ON (public_id) *
  FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::date[])
    AS told(public_id, completed_by, completed_at, completed_day)
 ORDER BY public_id, completed_at
ON CONFLICT (public_id) DO UPDATE
   SET completed_by = excluded.completed_by, completed_at = excluded.completed_at,
       completed_day = excluded.completed_day
 WHERE known.completed_at IS NULL OR known.completed_at > excluded.completed_at
"""

_COUNT = """
INSERT INTO analytics_app_daytotal AS known (day, assignments, completions, shuffles, payouts)
SELECT day, count(*) FILTER (WHERE event_name = 'tasks.task_assigned'),
            count(*) FILTER (WHERE event_name = 'tasks.task_completed'),
            count(*) FILTER (WHERE event_name = 'tasks.shuffle_completed'),
            count(*) FILTER (WHERE event_name = 'billing.payout_made')
  FROM unnest(%s::date[], %s::text[]) AS told(day, event_name)
 GROUP BY day
ON CONFLICT (day) DO UPDATE
   SET assignments = known.assignments + excluded.assignments,
       completions = known.completions + excluded.completions,
       shuffles = known.shuffles + excluded.shuffles,
       payouts = known.payouts + excluded.payouts
"""

_ADD_TO_BALANCES = """
INSERT INTO analytics_app_account AS known (public_id, balance_cents)
SELECT public_id, sum(cents)
  FROM unnest(%s::uuid[], %s::bigint[]) AS told(public_id, cents)
 GROUP BY public_id
ON CONFLICT (public_id) DO UPDATE
   SET balance_cents = known.balance_cents + excluded.balance_cents
"""

_ADD_TO_DAYS = """
INSERT INTO analytics_app_daytotal AS known
       (day, fees_cents, rewards_cents, adjusted_cents, paid_out_cents)
SELECT day, coalesce(-sum(cents) FILTER (WHERE kind = 'fee'), 0),
            coalesce(sum(cents) FILTER (WHERE kind = 'reward'), 0),
            coalesce(sum(cents) FILTER (WHERE kind = 'adjustment'), 0),
            coalesce(-sum(cents) FILTER (WHERE kind = 'payout'), 0)
  FROM unnest(%s::date[], %s::text[], %s::bigint[]) AS told(day, kind, cents)
 GROUP BY day
ON CONFLICT (day) DO UPDATE
   SET fees_cents = known.fees_cents + excluded.fees_cents,
       rewards_cents = known.rewards_cents + excluded.rewards_cents,
       adjusted_cents = known.adjusted_cents + excluded.adjusted_cents,
       paid_out_cents = known.paid_out_cents + excluded.paid_out_cents
"""

_CLOSE_DAYS = """
INSERT INTO analytics_app_daytotal AS known (day, closed_at)
SELECT day, min(closed_at)
  FROM unnest(%s::date[], %s::timestamptz[]) AS told(day, closed_at)
 GROUP BY day
ON CONFLICT (day) DO UPDATE SET closed_at = least(known.closed_at, excluded.closed_at)
"""


def on_account_created(events: Sequence[Event]) -> None:
    columns = ("account_id", "name", "role", "is_active", "version")
    _write(_REPLICATE_ACCOUNTS, *(_column(events, name) for name in columns))


def on_account_updated(events: Sequence[Event]) -> None:
    """Carries the same whole state, so it may well come first."""
    on_account_created(events)


def on_task_created(events: Sequence[Event]) -> None:
    jira_ids = [jira_id or "" for jira_id in _column(events, "jira_id")]
    _write(_NAME_TASKS, _column(events, "task_id"), _column(events, "title"), jira_ids)


def on_task_priced(events: Sequence[Event]) -> None:
    _write(_PRICE_TASKS, _column(events, "task_id"), _column(events, "reward_cents"))


def on_task_assigned(events: Sequence[Event]) -> None:
    _count(events, _days(events))


def on_task_completed(events: Sequence[Event]) -> None:
    people, times = _column(events, "account_id"), [event.time for event in events]
    _write(_COMPLETE_TASKS, _column(events, "task_id"), people, times, _days(events))
    _count(events, _days(events))


def on_shuffle_completed(events: Sequence[Event]) -> None:
    _count(events, _days(events))


def on_entry_posted(events: Sequence[Event]) -> None:
    cents = _column(events, "amount_cents")
    _write(_ADD_TO_BALANCES, _column(events, "account_id"), cents)
    _write(_ADD_TO_DAYS, _column(events, "day"), _column(events, "kind"), cents)


def on_payout_made(events: Sequence[Event]) -> None:
    """Counts the people paid; the money is in the entry that comes with it."""
    _count(events, _column(events, "day"))


def on_day_closed(events: Sequence[Event]) -> None:
    _write(_CLOSE_DAYS, _column(events, "day"), [event.time for event in events])


def _count(events: Sequence[Event], days: list[Any]) -> None:
    _write(_COUNT, days, [event.name for event in events])


def _days(events: Sequence[Event]) -> list[Any]:
    return [business_day(event.time) for event in events]


def _column(events: Sequence[Event], name: str) -> list[Any]:
    return [event.data[name] for event in events]


def _write(statement: str, *columns: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_TURN)
        cursor.execute(statement, [array(column) for column in columns])


SUBSCRIPTIONS: Subscriptions = {
    ("auth.account_created", 1): on_account_created,
    ("auth.account_updated", 1): on_account_updated,
    ("auth.sign_in_ended", 1): on_sign_in_ended,
    ("tasks.task_created", 2): on_task_created,
    ("tasks.task_assigned", 1): on_task_assigned,
    ("tasks.task_completed", 1): on_task_completed,
    ("tasks.shuffle_completed", 1): on_shuffle_completed,
    ("billing.task_priced", 1): on_task_priced,
    ("billing.entry_posted", 1): on_entry_posted,
    ("billing.payout_made", 1): on_payout_made,
    ("billing.day_closed", 1): on_day_closed,
}
