"""Envelopes of what the tracker tells, for billing's tests."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

Envelope = dict[str, Any]


def envelope(
    name: str, data: dict[str, Any], at: datetime | None = None, version: int = 1
) -> Envelope:
    return {
        "event_id": str(uuid7()),
        "event_name": name,
        "event_version": version,
        "event_time": (at or datetime.now(UTC)).isoformat(),
        "producer": name.split(".", maxsplit=1)[0],
        "data": data,
        "correlation_id": str(uuid7()),
        "causation_id": None,
        "actor": None,
        "traceparent": "",
    }


def created(task: UUID, title: str = "Feed the parrot", at: datetime | None = None) -> Envelope:
    data = {
        "task_id": str(task),
        "title": title,
        "jira_id": None,
        "created_by": None,
        "version": 1,
    }
    return envelope("tasks.task_created", data, at, version=2)


def assigned(
    task: UUID, account: UUID, at: datetime | None = None, assignment: UUID | None = None
) -> Envelope:
    data = {
        "assignment_id": str(assignment or uuid7()),
        "task_id": str(task),
        "account_id": str(account),
        "shuffle_id": None,
        "version": 2,
    }
    return envelope("tasks.task_assigned", data, at)


def completed(
    task: UUID, account: UUID, at: datetime | None = None, completion: UUID | None = None
) -> Envelope:
    data = {
        "completion_id": str(completion or uuid7()),
        "task_id": str(task),
        "account_id": str(account),
        "version": 3,
    }
    return envelope("tasks.task_completed", data, at)


def days_ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)
