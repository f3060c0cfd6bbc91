"""Each call says who may use it, and the default is nobody (I2)."""

from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory

from api.bearer import nobody
from api.problems import Problem
from auth_app.models import User
from config.api import api
from config.api_views import document
from tests.architecture.api_matrix import COLUMNS, MATRIX, NOBODYS
from tests.calling import Caller, caller_for
from tests.delivery import deliver_everything

ROWS = {(method, path): dict(zip(COLUMNS, row, strict=True)) for method, path, *row in MATRIX}
PATHS = sorted({path.partition("?")[0] for _, path in ROWS})
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def callers(db: None) -> dict[str, Caller]:
    """One for each column of the table."""
    roles = {who: who for who in COLUMNS[1:5]} | {"dismissed": "admin"}
    people = {
        who: User.objects.register(f"{who}@popug.example", who, None, role=role)
        for who, role in roles.items()
    }
    callers = {who: caller_for(person) for who, person in people.items()}
    people["dismissed"].deactivate()
    deliver_everything()
    return {"anonymous": Caller(), **callers}


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


def test_every_call_is_listed() -> None:
    assert {(method, path.partition("?")[0]) for method, path in ROWS} == set(operations())


def test_no_line_is_written_twice() -> None:
    assert len(ROWS) == len(MATRIX)


def test_every_call_names_its_roles() -> None:
    assert all(operation["x-roles"] for operation in operations().values())


def test_a_call_that_names_none_is_nobodys(rf: RequestFactory) -> None:
    assert api.auth == [nobody]
    with pytest.raises(Problem, match="forbidden"):
        nobody(rf.get("/"))


@pytest.mark.parametrize(("method", "path"), ROWS)
def test_it_lets_in_whom_the_table_says(method: str, path: str, callers: dict[str, Caller]) -> None:
    body: dict[str, str] | None = {} if method != "GET" else None
    answers = {who: callers[who].send(method, filled(path), body) for who in COLUMNS}
    assert {who: found.status_code for who, found in answers.items()} == ROWS[method, path]


@pytest.mark.parametrize("path", PATHS)
def test_it_refuses_other_methods(path: str, callers: dict[str, Caller]) -> None:
    others = [method for method in METHODS if (method, path) not in operations()]
    answers = {callers["admin"].send(method, filled(path)).status_code for method in others}
    assert answers == {405}


@pytest.mark.parametrize("path", [path for method, path in ROWS if method == "GET"])
def test_looking_changes_nothing(path: str, callers: dict[str, Caller]) -> None:
    before = rows_written()
    callers["admin"].get(filled(path))
    assert rows_written() == before


@pytest.mark.parametrize(
    "wrong", ["7", "x", NOBODYS[:-1], NOBODYS.upper() + "A", "..%2f..%2fetc", "'or 1=1"]
)
def test_ids_that_are_none_are_404(wrong: str, callers: dict[str, Caller]) -> None:
    for path in ("/tasks/{}", "/tasks/shuffles/{}", "/tasks/imports/{}", "/billing/days/{}"):
        assert callers["admin"].get(path.format(wrong)).status_code == 404


def filled(path: str) -> str:
    ids = dict.fromkeys(("id", "letter_id", "person_id", "run_id", "task_id"), NOBODYS)
    return path.format(**ids, day="2999-12-31")


def rows_written() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE relname <> 'access_tally' ORDER BY 1"
        )
        return list(cursor.fetchall())
