"""`manage.py check_schemas`: what it says of two versions, or of two files."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from messaging import contracts
from messaging.comparing import history, step
from tests.messaging.compatibility.probes import only, thing

CREATED = "tasks.task_created"
TEXT = {"type": "string"}


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("check_schemas", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def files(tmp_path: Path) -> Any:
    def write(*schemas: Any) -> list[str]:
        paths = [tmp_path / f"{number}.json" for number, _ in enumerate(schemas)]
        for path, schema in zip(paths, schemas, strict=True):
            path.write_text(json.dumps(schema))
        return [str(path) for path in paths]

    return write


def test_it_says_that_all_is_well() -> None:
    assert said() == "12 events, all contracts whole\n"


def test_it_compares_two_versions_and_names_who_is_hurt() -> None:
    answer = said("--compare", CREATED, "1", "2")
    assert "backward: the new can read the old: no" in answer
    assert "  /required: demands jira_id, which may be missing\n    → " in answer
    assert "forward: the old can read the new: yes" in answer
    assert "billing still takes version 1: its upcast raises it" in answer


def test_it_compares_two_files(files: Any) -> None:
    answer = said("--compare", *files(thing(a=TEXT), thing(a=TEXT, b=TEXT)))
    assert answer.count(": yes") == 2


def test_compatible_in_neither_direction_is_a_failure(files: Any) -> None:
    with pytest.raises(CommandError) as failure:
        said("--compare", *files(only(const="a"), only(const="b")))
    assert failure.value.returncode == 3


@pytest.mark.parametrize(
    "asked",
    [
        [CREATED],
        [CREATED, "1", "7"],
        [CREATED, "one", "two"],
        ["tasks.eaten", "1", "2"],
        ["no.json", "nothing.json"],
    ],
)
def test_nonsense_is_answered_in_one_line(asked: list[str]) -> None:
    with pytest.raises(CommandError):
        said("--compare", *asked)


def takes(monkeypatch: pytest.MonkeyPatch, *versions: int) -> None:
    """As if billing were the only consumer, of these versions."""
    consumers = {"billing": {"versions": list(versions), "replay": "once"}}
    monkeypatch.setitem(contracts.registry()[CREATED], "consumers", consumers)


def test_whoever_takes_the_old_version_is_hurt_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    takes(monkeypatch, 1, 2)
    [found] = history(CREATED)
    assert (found.hurt_by_old, found.hurt_by_new) == (("billing",), ())
    assert found.is_raised


def test_whoever_does_not_take_the_new_version_is_hurt_by_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    takes(monkeypatch, 2)
    found = step(CREATED, 2, 1)  # as if version 1 came after version 2
    assert (found.hurt_by_old, found.hurt_by_new) == ((), ("billing",))
