"""Dead letters for the tests of the operator's pages."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.test import TestCase

from auth_app.models import User
from messaging import dead_letters, inbox, outbox_deliveries
from messaging.event import Impossible
from messaging.models import DeadLetter
from tests.delivery import on_the_wire


def parked(name: str = "Late Larry") -> DeadLetter:
    """A new person of whom the tracker could not hear when they came; by now it could."""
    User.objects.register(f"{name.replace(' ', '.').lower()}@popug.example", name, None)
    [envelope] = on_the_wire("tasks")
    outbox_deliveries.settle("tasks", [], [envelope["event_id"]])
    return dead_letters.park("tasks", envelope, Impossible("the perch is broken"))


def malformed(**envelope: Any) -> DeadLetter:
    """Something that no contract allows, and never will."""
    inbox.deliver("billing", [envelope or {"nonsense": True}])
    return DeadLetter.objects.latest("pk")


def committing(act: Callable[..., Any]) -> Callable[..., Any]:
    """What it does is committed, so whatever waits for that is done."""

    def acts(*args: Any, **kwargs: Any) -> Any:
        with TestCase.captureOnCommitCallbacks(execute=True):
            return act(*args, **kwargs)

    return acts


def state(letter: DeadLetter) -> str:
    letter.refresh_from_db()
    return letter.state


def address(letter: DeadLetter, verb: str = "") -> str:
    path = f"/events/dead-letters/{letter.public_id}/"
    return f"{path}{verb}/" if verb else path


UNKNOWN = UUID("00000000-0000-7000-8000-000000000000")
