"""Envelopes as analytics receives them, and a shorthand for the facts that they tell."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

from messaging import inbox

Envelope = dict[str, Any]
NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)  # a Wednesday
DAY = NOON.date()
BRANCH = UUID("018f3f2e-7b1a-7c3d-9e4f-00000000000b")


def called(name: str) -> str:
    """The id of whoever or whatever the tests call so."""
    return str(uuid5(BRANCH, name))


def envelope(
    event_name: str, data: dict[str, Any], at: datetime = NOON, version: int = 1
) -> Envelope:
    return {
        "event_id": str(uuid7()),
        "event_name": event_name,
        "event_version": version,
        "event_time": at.isoformat(),
        "producer": event_name.split(".", maxsplit=1)[0],
        "data": data,
        "correlation_id": str(uuid7()),
        "causation_id": None,
        "actor": None,
        "traceparent": "",
    }


def account(who: str, version: int = 1, **state: Any) -> Envelope:
    event = "auth.account_created" if version == 1 else "auth.account_updated"
    data = {
        "account_id": called(who),
        "email": f"{who.lower()}@popug.example",
        "name": who,
        "role": "worker",
        "is_active": True,
        "language": "en",
        "version": version,
    }
    return envelope(event, data | state)


def task_created(task: str, jira_id: str | None = None) -> Envelope:
    data = {"task_id": called(task), "title": task, "jira_id": jira_id, "created_by": None}
    return envelope("tasks.task_created", data | {"version": 1}, version=2)


def task_priced(task: str, reward: int) -> Envelope:
    data = {"task_id": called(task), "fee_cents": 1500, "reward_cents": reward}
    return envelope("billing.task_priced", data)


def task_assigned(task: str, who: str, at: datetime = NOON) -> Envelope:
    data = {"assignment_id": str(uuid7()), "task_id": called(task), "account_id": called(who)}
    return envelope("tasks.task_assigned", data | {"shuffle_id": None, "version": 2}, at)


def task_completed(task: str, who: str = "Polly", at: datetime = NOON) -> Envelope:
    data = {"completion_id": str(uuid7()), "task_id": called(task), "account_id": called(who)}
    return envelope("tasks.task_completed", data | {"version": 3}, at)


def shuffle_completed(count: int, at: datetime = NOON) -> Envelope:
    data = {"shuffle_id": str(uuid7()), "count": count, "started_by": None}
    return envelope("tasks.shuffle_completed", data, at)


def entry(kind: str, cents: int, who: str = "Polly", day: date = DAY) -> Envelope:
    data = {
        "entry_id": uuid7().int % 10**15 + 1,
        "kind": kind,
        "amount_cents": cents,
        "account_id": called(who),
        "task_id": None,
        "source_id": str(uuid7()),
        "day": day.isoformat(),
    }
    return envelope("billing.entry_posted", data)


def payout_made(cents: int, who: str = "Polly", day: date = DAY) -> Envelope:
    data = {"payout_id": str(uuid7()), "account_id": called(who), "amount_cents": cents}
    return envelope("billing.payout_made", data | {"day": day.isoformat()})


def day_closed(day: date = DAY, at: datetime = NOON + timedelta(days=1)) -> Envelope:
    data = {
        "day": day.isoformat(),
        "entries": 3,
        "fees_cents": 1500,
        "rewards_cents": 3100,
        "adjusted_cents": 0,
        "payouts_cents": 1600,
        "digest": "0" * 64,
    }
    return envelope("billing.day_closed", data, at)


def completed(task: str, reward: int, at: datetime = NOON, who: str = "Polly") -> list[Envelope]:
    """The whole life of a completed task, as far as analytics cares."""
    return [task_created(task), task_priced(task, reward), task_completed(task, who, at)]


def hear(*envelopes: Envelope) -> None:
    """Deliver to analytics; nothing may be refused."""
    outcome = inbox.deliver("analytics", envelopes)
    told = {envelope["event_id"] for envelope in envelopes}
    assert {str(event.event_id) for event in outcome.applied} == told, outcome.parked
