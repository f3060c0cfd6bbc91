"""One fact told in two versions is applied once, whichever comes first (E2, E3)."""

import json
from collections.abc import Sequence

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from event_schemas.facts import FACTS
from messaging import contracts, inbox
from messaging.event import Event, Handler
from messaging.inbox import deliver
from messaging.models import InboxEvent
from tests.billing_app.facts import Envelope, envelope

pytestmark = pytest.mark.django_db

NAME = "tasks.task_created"
Seen = list[str]


def told_twice(title: str = "Change the green") -> tuple[Envelope, Envelope]:
    """The same task in version 1 and in version 2."""
    task = str(uuid7())
    old = {"task_id": task, "title": f"[UBERPOP-42] {title}", "created_by": None}
    new = old | {"title": title, "jira_id": "UBERPOP-42", "version": 1}
    return envelope(NAME, old), envelope(NAME, new, version=2)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """The tasks that a handler of the test was given."""
    tasks: Seen = []

    def note(events: Sequence[Event]) -> None:
        tasks.extend(event.data["task_id"] for event in events)

    subscribe(monkeypatch, note)
    return tasks


def subscribe(monkeypatch: pytest.MonkeyPatch, handler: Handler) -> None:
    monkeypatch.setattr(inbox, "subscriptions", lambda _: {(NAME, 2): handler})


def remembered() -> list[tuple[int, bool]]:
    """The version of each row, and whether it is the one that was applied."""
    rows = InboxEvent.objects.order_by("event_version")
    return [(row.event_version, row.fact_id is not None) for row in rows]


def test_of_two_versions_in_a_batch_the_newer_is_applied(seen: Seen) -> None:
    old, new = told_twice()
    outcome = deliver("analytics", [old, new])
    assert len(outcome.applied) == 2
    assert seen == [new["data"]["task_id"]]
    assert remembered() == [(1, False), (2, True)]


@pytest.mark.parametrize("first", [0, 1])
def test_the_second_version_changes_nothing_and_is_acknowledged(first: int, seen: Seen) -> None:
    pair = told_twice()
    for told in (pair[first], pair[1 - first], pair[first]):
        assert len(deliver("analytics", [told]).applied) == 1
    assert len(seen) == 1
    assert InboxEvent.objects.count() == 2


def test_each_consumer_applies_the_fact(seen: Seen) -> None:
    old, new = told_twice()
    deliver("analytics", [old])
    deliver("billing", [new])
    assert len(seen) == 2


def test_a_version_that_failed_leaves_the_fact_to_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new = told_twice()

    def fail(_: Sequence[Event]) -> None:
        raise ValueError("no")

    subscribe(monkeypatch, fail)
    deliver("analytics", [old])
    seen: list[Event] = []
    subscribe(monkeypatch, seen.extend)
    deliver("analytics", [new])
    assert [event.told_version for event in seen] == [2]


@given(order=st.permutations(range(12)), size=st.integers(1, 12))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_order_applies_every_fact_once(
    order: list[int], size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [event for _ in range(3) for event in told_twice()] * 2
    seen: list[Event] = []
    subscribe(monkeypatch, seen.extend)
    with transaction.atomic():
        for start in range(0, len(order), size):
            deliver("analytics", [told[place] for place in order[start : start + size]])
        assert len(seen) == len({event.data["task_id"] for event in seen}) == 3
        assert InboxEvent.objects.count() == 6
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", sorted(FACTS))
def test_every_version_of_a_fact_has_the_field_that_names_it(name: str) -> None:
    folder = contracts.schemas_dir() / name.replace(".", "/")
    for version in contracts.registry()[name]["versions"]:
        schema = json.loads((folder / f"{version}.json").read_text())
        assert FACTS[name] in schema["required"]
