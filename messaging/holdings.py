"""What a consumer already holds about the subject of an event, for whoever has to decide what to do
with it.

A service may answer in `<service>_app/holdings.py` by `about(task_id, account_id)`, an iterable of
`Holding`; it is found by name, like handlers are.
"""

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import cast
from uuid import UUID

from django.conf import settings

from messaging import contracts


@dataclass(frozen=True, slots=True)
class Holding:
    """One line: what it is, what is held, and the page about it."""

    label: str
    text: str
    url: str = ""


About = Callable[[UUID | None, UUID | None], Iterable[Holding]]


def held_by(consumer: str, task_id: UUID | None, account_id: UUID | None) -> list[Holding] | None:
    """None when the consumer does not say or is not installed, or the event is about nothing."""
    here = consumer in contracts.consumers() and consumer in settings.SERVICES
    if not here or not find_spec(f"{consumer}_app.holdings") or not (task_id or account_id):
        return None
    about = cast("About", importlib.import_module(f"{consumer}_app.holdings").about)
    return list(about(task_id, account_id))
