"""A schema file that is loose, silent or contradicts its examples is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from messaging.schema_checks.files import described, invalid_examples, published
from messaging.schema_checks.formats import quick, thorough
from tests.messaging.conftest import Copy

FILE = "tasks/task_created/2.json"
INVALID = "tasks/task_created/2.invalid.json"
WHO = "tasks.task_created version 2: "
Change = Callable[[Any], object]


def title(**keywords: Any) -> Change:
    return lambda schema: schema["properties"]["title"].update(keywords)


def untold(name: str) -> Change:
    return lambda schema: schema["properties"]["title"].pop(name)


def field(**schema: Any) -> Change:
    return lambda whole: whole["properties"].update(extra={"description": "More."} | schema)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda schema: schema.pop("title"), "title: is missing"),
        (lambda schema: schema.pop("description"), "/: has no description"),
        (lambda schema: schema.pop("examples"), "examples: is missing"),
        (lambda schema: schema.pop("$schema"), "/$schema: is not draft 2020-12"),
        (lambda schema: schema.update({"$id": "urn:ates:x"}), "/$id: does not name it"),
        (lambda schema: schema.pop("additionalProperties"), "/: is open"),
        (lambda schema: schema["examples"][0].update(title="[A-1] b"), "/examples/0: is invalid"),
        (untold("description"), "/properties/title: has no description"),
        (untold("maxLength"), "/properties/title: has no maxLength"),
        (title(pattern="[^]]+$"), "/properties/title: has a pattern that is not anchored"),
        (title(format="idn-email"), "/properties/title/format: is a format that nobody asserts"),
        (title(frobnicate=1), "/properties/title/frobnicate: is a keyword that can't be compared"),
        (title(**{"not": {"const": "x"}}), "/properties/title: not is outside of our dialect"),
        (title(type="text"), "is no JSON Schema"),
        (field(type="number"), "/properties/extra: is a number: fractions are not exact"),
        (field(type="integer", minimum=0), "/properties/extra: is not bounded within"),
        (field(type="object", properties={}), "/properties/extra: is open"),
        (field(type="array"), "/properties/extra: has no items or no maxItems"),
        (
            field(type="array", maxItems=2, items={"type": "boolean"}),
            "/properties/extra/items: has no description",
        ),
    ],
)
def test_it_refuses_what_is_loose_or_silent(copy: Copy, change: Change, problem: str) -> None:
    copy.change(FILE, change)
    assert any(line.startswith(WHO) and problem in line for line in copy.problems())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda examples: examples[0]["data"].update(title="Fine"), "fails at [], not /title"),
        (lambda examples: examples[0].update(at="/jira_id"), "fails at ['/title'], not /jira_id"),
        (lambda examples: examples.clear(), "has no 2.invalid.json"),
    ],
)
def test_it_refuses_counter_examples_that_are_none(
    copy: Copy, change: Change, problem: str
) -> None:
    copy.change(INVALID, change)
    [found] = copy.problems()
    assert found.startswith(WHO)
    assert problem in found


def test_the_envelope_is_described_like_an_event(copy: Copy) -> None:
    copy.change("envelope.json", lambda schema: schema["properties"]["actor"].pop("description"))
    assert "envelope: /properties/actor: has no description" in copy.problems()


def test_the_dialect_reaches_into_what_is_nested() -> None:
    inner = {"type": "object", "properties": {"x": {"type": "string"}}}
    lines = "\n".join(described({"type": "object", "properties": {"inner": inner}}))
    assert "/properties/inner: is open" in lines
    assert "/properties/inner/properties/x: has no description" in lines


@pytest.mark.parametrize(("name", "version"), published())
def test_every_published_event_shows_what_it_refuses(name: str, version: int) -> None:
    examples = invalid_examples(name, version)
    assert len(examples) >= 5
    assert len({json.dumps(example["data"]) for example in examples}) == len(examples)


TRAPS = [
    ("date-time", ["yesterday", "2026-11-22", "2026-11-22T10:00:00", "2026-02-30T10:00:00Z"]),
    ("date", ["yesterday", "2026-02-30", "20261122", "2026-W47-7"]),
    (
        "uuid",
        ["first", "018f3f2e7b1a7c3d9e4f000000000001", "{018f3f2e-7b1a-7c3d-9e4f-000000000001}"],
    ),
    ("email", ["polly", "popug.example", ""]),
]


@pytest.mark.parametrize(("name", "values"), TRAPS)
def test_formats_are_asserted_by_both_validators(name: str, values: list[str]) -> None:
    schema = {"type": "string", "format": name}
    assert not [value for value in values if quick(schema, value) or thorough(schema, value)]
