"""docs/security.md is true: each of the 45 attacks has its test, or a reason why there is none."""

import pytest

from tests.architecture.documents import CODE, Row, column, tables
from tests.architecture.test_error_document import functions_of

PAGE = "security.md"
ROWS = [row for table in tables(PAGE) for row in table if "Shown by" in row]


def test_it_answers_every_attack() -> None:
    assert sorted(int(number) for number in column(PAGE, "Nr")) == list(range(1, 46))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.get("Nr", row["Attack"]))
def test_every_row_names_tests_that_exist(row: Row) -> None:
    named = CODE.findall(row["Shown by"])
    assert named
    for path, _, name in (test.partition("::") for test in named):
        assert name in functions_of(path), f"{path} has no {name}"


def test_every_exception_has_its_reason() -> None:
    assert all(column(PAGE, "Why not"))
