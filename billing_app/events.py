"""What billing publishes."""

from typing import TYPE_CHECKING
from uuid import UUID

from billing_app import causes
from messaging.outbox import Fact, Selection

if TYPE_CHECKING:
    from billing_app.models import BusinessDay, Entry


# Of the rows `drawn` and `booked`; the events `given` are their causes.
_TELL_DRAWN = """told AS (
  SELECT DISTINCT ON (task_id) drawn_at AS time, correlation, event AS cause, actor, trace,
         jsonb_build_object('task_id', task_id, 'fee_cents', fee_cents,
                            'reward_cents', reward_cents) AS data
    FROM drawn JOIN given ON given.task = drawn.task_id ORDER BY task_id, event)"""
_TELL_BOOKED = """told AS (
  SELECT occurred_at AS time, correlation, event AS cause, given.actor, trace,
         jsonb_build_object('entry_id', id, 'kind', kind_name, 'amount_cents', amount_cents,
                            'account_id', account, 'task_id', task_id, 'source_id', source_id,
                            'day', day) AS data
    FROM booked JOIN given ON given.event = booked.event_id ORDER BY id)"""
_TELL_PAID = """told AS (
  SELECT occurred_at AS time, %(correlation)s::uuid AS correlation, NULL::uuid AS cause,
         %(actor)s::uuid AS actor, %(trace)s::text AS trace,
         jsonb_build_object('entry_id', id, 'kind', 'payout', 'amount_cents', amount_cents,
                            'account_id', account, 'task_id', NULL, 'source_id', source_id,
                            'day', day) AS data
    FROM paid ORDER BY id)"""
_TELL_MADE = """told AS (
  SELECT made_at AS time, %(correlation)s::uuid AS correlation, NULL::uuid AS cause,
         %(actor)s::uuid AS actor, %(trace)s::text AS trace,
         jsonb_build_object('payout_id', payout.id, 'account_id', account.public_id,
                            'amount_cents', amount_cents, 'day', day) AS data
    FROM billing_app_payout AS payout JOIN billing_app_account AS account ON account.id = account_id
   WHERE payout.id = ANY(%(payouts)s::uuid[]) ORDER BY payout.id)"""


def task_priced(drawn: str) -> Selection:
    return Selection("billing.task_priced", 1, (causes.GIVEN, drawn, _TELL_DRAWN))


def entries_posted(booked: str) -> Selection:
    return Selection("billing.entry_posted", 1, (causes.GIVEN, booked, _TELL_BOOKED))


def payouts_posted(paid: str) -> Selection:
    return Selection("billing.entry_posted", 1, (paid, _TELL_PAID))


def payouts_made() -> Selection:
    """Of the `payouts` with these ids."""
    return Selection("billing.payout_made", 1, (_TELL_MADE,))


def entry_posted(entry: "Entry", account_id: UUID) -> Fact:
    data = {
        "entry_id": entry.id,
        "kind": entry.kind_name,
        "amount_cents": entry.amount_cents,
        "account_id": str(account_id),
        "task_id": str(entry.task_id) if entry.task_id else None,
        "source_id": str(entry.source_id),
        "day": entry.day.isoformat(),
    }
    return Fact("billing.entry_posted", 1, data, at=entry.occurred_at)


def day_closed(day: "BusinessDay") -> Fact:
    assert day.closed_at
    data = {
        "day": day.day.isoformat(),
        "entries": day.entries,
        "fees_cents": day.fees_cents,
        "rewards_cents": day.rewards_cents,
        "adjusted_cents": day.adjusted_cents,
        "payouts_cents": day.payouts_cents,
        "digest": day.seal,
    }
    return Fact("billing.day_closed", 1, data, at=day.closed_at)
