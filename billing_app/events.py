"""What billing publishes."""

from typing import TYPE_CHECKING
from uuid import UUID

from messaging.event import Event
from messaging.outbox import Fact

if TYPE_CHECKING:
    from billing_app.ledger import Booked
    from billing_app.models import BusinessDay, Entry, Payout
    from billing_app.prices import Drawn


def task_priced(price: "Drawn", cause: Event) -> Fact:
    data = {
        "task_id": str(price.task_id),
        "fee_cents": price.fee_cents,
        "reward_cents": price.reward_cents,
    }
    return Fact("billing.task_priced", 1, data, at=price.drawn_at, cause=cause)


def entry_posted(entry: "Entry | Booked", account_id: UUID, cause: Event | None) -> Fact:
    data = {
        "entry_id": entry.id,
        "kind": entry.kind_name,
        "amount_cents": entry.amount_cents,
        "account_id": str(account_id),
        "task_id": str(entry.task_id) if entry.task_id else None,
        "source_id": str(entry.source_id),
        "day": entry.day.isoformat(),
    }
    return Fact("billing.entry_posted", 1, data, at=entry.occurred_at, cause=cause)


def payout_made(payout: "Payout", account_id: UUID) -> Fact:
    data = {
        "payout_id": str(payout.id),
        "account_id": str(account_id),
        "amount_cents": payout.amount_cents,
        "day": payout.day.isoformat(),
    }
    return Fact("billing.payout_made", 1, data, at=payout.made_at)


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
