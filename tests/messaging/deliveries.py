"""Events of one kind whose number says what befalls a handler, and a handler that obeys."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from auth_app.models import User
from messaging import inbox
from messaging.event import Event, Handler
from tests.billing_app.facts import envelope

NAME = "tasks.shuffle_completed"


class Died(BaseException):
    """The worker is gone, as far as the code that runs in it can tell."""


def told(count: int = 1, shuffle: UUID | None = None) -> dict[str, Any]:
    shuffle_id = str(shuffle or uuid7())
    return envelope(NAME, {"shuffle_id": shuffle_id, "count": count, "started_by": None})


def consume(monkeypatch: pytest.MonkeyPatch, handler: Handler) -> None:
    monkeypatch.setattr(inbox, "subscriptions", lambda _: {(NAME, 1): handler})


def effect(events: Sequence[Event]) -> None:
    """One row for each event; the address is unique, so a second time would fail loudly."""
    User.objects.bulk_create(
        User(email=address(event.event_id), name=event.data["shuffle_id"]) for event in events
    )


def address(event_id: UUID | str) -> str:
    return f"{event_id}@popug.example"


def applied(told: dict[str, Any]) -> bool:
    return User.objects.filter(email=address(told["event_id"])).exists()
