"""Old versions are raised to valid ones, and names never change their meaning."""

import json
import shutil
from typing import Any

import pytest
from hypothesis import given, settings

from event_schemas.facts import FACTS
from event_schemas.upcasts import UPCASTS
from messaging import contracts
from messaging.compatibility import reader
from messaging.schema_checks import upcasting
from messaging.schema_checks.formats import quick
from tests.messaging.compatibility.oracle import written
from tests.messaging.conftest import Copy

CREATED = "tasks.task_created"


def add_version(copy: Copy, **properties: Any) -> None:
    """A third version of `task_created`, with these properties instead of version 2's."""
    shutil.copy(copy.path("tasks/task_created/2.json"), copy.path("tasks/task_created/3.json"))
    copy.change("tasks/task_created/3.json", lambda schema: schema.update(properties=properties))


def test_every_old_version_needs_a_way_up(copy: Copy) -> None:
    add_version(copy)
    assert f"{CREATED} version 2: nothing makes version 3 of it" in copy.problems(
        upcasting.problems
    )


def test_what_is_raised_has_to_be_valid(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UPCASTS, (CREATED, 1), lambda data: data | {"jira_id": ""})
    assert f"{CREATED} version 1: example 0 is raised to something invalid" in copy.problems(
        upcasting.problems
    )


def test_a_name_never_comes_back_as_another_type(copy: Copy) -> None:
    two = json.loads(copy.path("tasks/task_created/2.json").read_text())["properties"]
    old_name = {"description": "Who.", "type": "integer", "minimum": 1, "maximum": 9}
    copy.change("tasks/task_created/2.json", lambda schema: schema["properties"].pop("created_by"))
    add_version(copy, **two | {"created_by": old_name})
    expected = f"{CREATED} version 3: created_by had another type in version 1"
    assert expected in copy.problems(upcasting.problems)


def test_facts_told_in_two_versions_are_known_in_both(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FACTS, CREATED, "jira_id")
    lacks = f"{CREATED} version 1: lacks jira_id, by which its facts are known"
    assert lacks in copy.problems(upcasting.problems)


@settings(max_examples=100, deadline=None)
@given(written(contracts.schema_of(CREATED, 1)))
def test_whatever_version_1_may_say_is_raised_to_a_valid_version_2(data: dict[str, Any]) -> None:
    raised = UPCASTS[CREATED, 1](data)
    assert quick(reader(contracts.schema_of(CREATED, 2)), raised)
    assert quick(contracts.schema_of(CREATED, 2), raised)
