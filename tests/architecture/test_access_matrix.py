"""Each view says who may use it, and the default is nobody (I2)."""

import pytest
from django.test import Client

from auth_app.models import User
from tests.architecture.access_matrix import COLUMNS, IN, MATRIX
from tests.architecture.access_table import PAGE, render
from tests.architecture.routes import METHODS, routes
from tests.conftest import enrol, sign_in
from tests.delivery import deliver_everything

ROWS = {(name, method): dict(zip(COLUMNS, row, strict=True)) for name, method, *row in MATRIX}
HTMX = {"HX-Request": "true"}
DISMISSED = "dismissed"


@pytest.fixture
def browsers(db: None) -> dict[str, Client]:
    """One for each column of the table, and one whose admin was dismissed after signing in."""
    clients = {who: Client() for who in [*COLUMNS, DISMISSED]}
    for role in COLUMNS[1:]:
        person = User.objects.register(f"{role}@popug.example", role, None, role=role)
        sign_in(clients[role], enrol(person))
    leaving = User.objects.register("gone@popug.example", "Gone", None, role="admin")
    sign_in(clients[DISMISSED], enrol(leaving))
    leaving.deactivate()
    deliver_everything()
    return clients


def test_every_route_is_listed() -> None:
    assert {name for name, _ in ROWS} == set(routes())


def test_no_line_is_written_twice() -> None:
    assert len(ROWS) == len(MATRIX)


def test_every_view_names_its_roles() -> None:
    silent = [route.name for route in routes().values() if not route.roles]
    assert silent == []


@pytest.mark.parametrize(("name", "method"), ROWS)
def test_it_lets_in_whom_the_table_says(
    name: str, method: str, browsers: dict[str, Client]
) -> None:
    expected = ROWS[name, method] | {DISMISSED: ROWS[name, method]["anonymous"]}
    for headers in ({}, HTMX):
        answers = {who: _answer(browsers[who], name, method, headers) for who in browsers}
        assert answers == expected


def _answer(client: Client, name: str, method: str, headers: dict[str, str]) -> int | str:
    response = client.generic(method, routes()[name].address, headers=headers)
    target = response.headers.get("HX-Redirect" if headers else "Location", "")
    if target.startswith("/accounts/login/"):
        return IN
    return 302 if target else response.status_code  # htmx is told where to go by a header and 204


@pytest.mark.parametrize("name", sorted({name for name, _ in ROWS}))
def test_it_refuses_other_methods(name: str, db: None, client: Client) -> None:
    sign_in(client, enrol(User.objects.register("ada@popug.example", "Ada", None, role="admin")))
    others = [method for method in METHODS if (name, method) not in ROWS]
    answers = {client.generic(method, routes()[name].address).status_code for method in others}
    assert answers == {405}


def test_the_table_in_the_docs_is_up_to_date() -> None:
    assert PAGE.read_text() == render(), "run: python -m tests.architecture.access_table"
