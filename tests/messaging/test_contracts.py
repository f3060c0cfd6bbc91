"""The contracts are whole: every event has a schema, an example, a producer and its handlers."""

import json
from typing import Any

import pytest

from messaging import contracts
from messaging.schema_checks import problems
from messaging.schema_checks.files import published
from tests.billing_app.facts import envelope


def test_check_schemas_finds_nothing() -> None:
    assert problems() == []


@pytest.mark.parametrize("name", sorted(contracts.registry()))
def test_the_examples_of_every_event_are_valid_and_an_extra_field_is_not(name: str) -> None:
    for version in contracts.registry()[name]["versions"]:
        path = contracts.schemas_dir() / f"{name.replace('.', '/')}/{version}.json"
        for example in json.loads(path.read_text())["examples"]:
            contracts.check_data(name, version, example)
            with pytest.raises(contracts.InvalidEvent):
                contracts.check_data(name, version, example | {"surprise": 1})


@pytest.mark.parametrize(("name", "version"), published())
def test_consumers_ignore_what_they_do_not_know(name: str, version: int) -> None:
    data = contracts.schema_of(name, version)["examples"][0]
    contracts.check(envelope(name, data | {"surprise": 1}, version=version))


@pytest.mark.parametrize("cents", [1500.0, 1500.5, "1500", True, None, 10**30, float("nan")])
def test_cents_are_integers_in_every_respect(cents: Any) -> None:
    data = contracts.schema_of("billing.entry_posted", 1)["examples"][0] | {"amount_cents": cents}
    with pytest.raises(contracts.InvalidEvent, match="/data/amount_cents"):
        contracts.check_data("billing.entry_posted", 1, data)
    with pytest.raises(contracts.InvalidEvent, match="/data/amount_cents"):
        contracts.check(envelope("billing.entry_posted", data))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "[UBERPOP-42] Change the green"),
        ("title", "Change ] the green"),
        ("title", ""),
        ("jira_id", 42),
        ("jira_id", "42"),
        ("jira_id", "UBERPOP"),
        ("jira_id", "[UBERPOP-42]"),
        ("task_id", "first"),
        ("version", 0),
        ("version", True),
    ],
)
def test_a_new_task_is_told_without_brackets_and_with_a_proper_key(field: str, value: Any) -> None:
    data = {
        "task_id": "018f3f2e-7b1a-7c3d-9e4f-000000000001",
        "title": "Change the green",
        "jira_id": "UBERPOP-42",
        "created_by": None,
        "version": 1,
    }
    contracts.check_data("tasks.task_created", 2, data)
    with pytest.raises(contracts.InvalidEvent, match=f"/data/{field}"):
        contracts.check_data("tasks.task_created", 2, data | {field: value})
