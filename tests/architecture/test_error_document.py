"""docs/errors.md is true: every failure it names is shown by tests that exist."""

import ast
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture.documents import CODE, Row, tables

PAGE = "errors.md"
ROWS = [row for table in tables(PAGE) for row in table if "Shown by" in row]
KINDS = [
    "producer invalid",
    "broker down",
    "consumer finds it invalid",
    "unknown version",
    "unknown event",
    "transient",
    "poison",
    "out of order",
    "late",
]


@cache
def functions_of(path: str) -> set[str]:
    file = Path(settings.BASE_DIR) / "tests" / path
    tree = ast.parse(file.read_text()) if file.exists() else ast.Module([], [])
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return {function.name for function in functions if function.name.startswith("test_")}


def test_it_has_a_row_for_each_kind_of_failure() -> None:
    failures = [row["Failure"] for row in ROWS]
    assert [kind for kind in KINDS if not any(one.startswith(kind) for one in failures)] == []
    assert len(set(failures)) == len(failures)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["Failure"])
def test_every_row_names_tests_that_exist(row: Row) -> None:
    named = CODE.findall(row["Shown by"])
    assert named
    for path, _, name in (test.partition("::") for test in named):
        assert name in functions_of(path), f"{path} has no {name}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["Failure"])
def test_every_row_says_what_happens_who_sees_it_and_what_they_do(row: Row) -> None:
    assert all(row.values())
