"""However a day's events arrive, doubled, late or cut into batches, the state is the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics_app.models import Account, DayTotal, Task
from messaging import inbox
from tests.analytics_app import events
from tests.analytics_app.events import NOON, Envelope

LATER = NOON + timedelta(hours=3)

A_DAY: list[Envelope] = [
    events.account("Polly"),
    events.account("Polly", 2, name="Polly P."),
    events.account("Polly", 3, role="manager"),
    events.account("Coco"),
    events.task_created("a", jira_id="POP-1"),
    events.task_created("b"),
    events.task_priced("a", 3100),
    events.task_priced("b", 4000),
    events.task_assigned("a", "Polly"),
    events.task_assigned("b", "Polly"),
    events.task_assigned("b", "Coco", LATER),
    events.shuffle_completed(1, LATER),
    events.task_completed("a", "Polly", LATER),
    events.entry("fee", -1500),
    events.entry("fee", -1500),
    events.entry("fee", -1200, "Coco"),
    events.entry("reward", 3100),
    events.entry("payout", -100),
    events.payout_made(100),
    events.day_closed(),
]


@st.composite
def arrivals(draw: st.DrawFn) -> list[list[Envelope]]:
    """The day's events and some of them again, shuffled, in batches."""
    again = draw(st.lists(st.sampled_from(A_DAY), max_size=10))
    order = draw(st.permutations([*A_DAY, *again]))
    size = draw(st.integers(min_value=1, max_value=len(order)))
    return [order[start : start + size] for start in range(0, len(order), size)]


@pytest.mark.django_db
@given(batches=arrivals())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_it_ends_in_the_same_state_however_a_day_arrives(batches: list[list[Envelope]]) -> None:
    with undone():
        expected = state_after([A_DAY])
    with undone():
        assert state_after(batches) == expected


def state_after(batches: list[list[Envelope]]) -> list[Any]:
    for batch in batches:
        assert not inbox.deliver("analytics", batch).parked
    models = (Account, Task, DayTotal)
    return [row for model in models for row in model._default_manager.order_by("pk").values()]


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
