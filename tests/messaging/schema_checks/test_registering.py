"""The registry says the same as the files, the handlers and the sources of the services."""

from collections.abc import Callable
from typing import Any

import pytest

from messaging import contracts
from messaging.rebuilding import is_rebuildable
from tests.messaging.conftest import Copy

CREATED = "tasks.task_created"
Change = Callable[[Any], object]


def entry(name: str, **values: Any) -> Change:
    return lambda registry: registry[name].update(values)


def consumer(name: str, who: str, **values: Any) -> Change:
    return lambda registry: registry[name]["consumers"].update({who: values})


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (entry(CREATED, owner=""), "registry.json: "),
        (entry(CREATED, surprise=1), "registry.json: "),
        (
            entry(CREATED, versions=[1, 2, 3]),
            f"{CREATED} version 3: is registered without a schema",
        ),
        (entry(CREATED, versions=[2]), f"{CREATED} version 1: is not in registry.json"),
        (entry(CREATED, producer="billing"), f"{CREATED}: is not billing's by its name"),
        (
            entry(CREATED, versions=[2], retired=[1], deprecated={}),
            f"{CREATED}: version 1 is gone, and billing still lists it",
        ),
        (
            entry(
                CREATED,
                deprecated={
                    "2": {"since": "2026-01-01", "supported_until": "2026-12-31", "reason": "?"}
                },
            ),
            f"{CREATED}: deprecates version 2, which is no older version of it",
        ),
        (
            entry(
                CREATED,
                deprecated={
                    "1": {"since": "2026-11-01", "supported_until": "2026-12-31", "reason": "?"}
                },
            ),
            f"{CREATED}: supports version 1 for less than 90 days",
        ),
        (
            consumer(CREATED, "billing", versions=[1], replay="once"),
            f"{CREATED}: billing does not list the newest version 2",
        ),
        (
            consumer("billing.task_priced", "billing", versions=[1], replay="once"),
            "billing.task_priced version 1: billing has no handler for it",
        ),
        (
            consumer("tasks.day_counted", "auth", versions=[1], replay="once"),
            "auth: is registered as a consumer and has no handlers",
        ),
        (
            lambda registry: registry["tasks.day_counted"]["consumers"].pop("billing"),
            "tasks.day_counted version 1: billing handles it but is not registered for it",
        ),
    ],
)
def test_it_notices_what_does_not_fit(copy: Copy, change: Change, problem: str) -> None:
    copy.change("registry.json", change)
    assert any(line.startswith(problem) for line in copy.problems())


def test_a_version_that_a_consumer_gave_up_may_be_retired(copy: Copy) -> None:
    def retire(registry: dict[str, Any]) -> None:
        registry[CREATED].update(versions=[2], retired=[1], deprecated={})
        for subscription in registry[CREATED]["consumers"].values():
            subscription["versions"] = [2]

    copy.change("registry.json", retire)
    [left] = copy.problems()
    assert f"tells {CREATED} version 1, which is not registered" in left


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (
            'Fact("tasks.task_eaten", 1, {}, at=now)',
            "tells tasks.task_eaten version 1, which is not",
        ),
        ('Fact("tasks.task_assigned", 2, {}, at=now)', "tells tasks.task_assigned version 2"),
        ('Fact("billing.task_priced", 1, {}, at=now)', "which is billing's to tell"),
        ('outbox.Fact(name="tasks.task_assigned", version=7, data={}, at=now)', "version 7"),
        ("Fact(name, 1, {}, at=now)", "whose name and version can't be read here"),
        ('Fact("tasks.task_assigned", newest, {}, at=now)', "can't be read here"),
        ('Fact("tasks.task_assigned", True, {}, at=now)', "can't be read here"),
    ],
)
def test_a_producer_tells_only_what_is_registered(copy: Copy, call: str, problem: str) -> None:
    copy.program("tasks_app/telling.py", f"{call}\n")
    [found] = copy.problems()
    assert found.startswith("tasks_app/telling.py:1: tells ")
    assert problem in found


def test_what_is_told_every_consumer_takes(copy: Copy) -> None:
    copy.change("registry.json", consumer(CREATED, "billing", versions=[2], replay="once"))
    [found] = copy.problems()
    assert found.endswith(f"tells {CREATED} version 1, which billing does not take")


def test_an_event_that_nobody_tells_is_noticed(copy: Copy) -> None:
    copy.program("billing_app/events.py", "")
    assert "billing.task_priced: billing never tells it" in copy.problems()


@pytest.mark.django_db
@pytest.mark.parametrize("who", contracts.consumers())
def test_the_policy_of_replay_is_what_the_database_allows(who: str) -> None:
    taken = [entry["consumers"].get(who) for entry in contracts.registry().values()]
    policies = {subscription["replay"] for subscription in taken if subscription}
    assert policies == {"rebuild" if is_rebuildable(who) else "once"}
