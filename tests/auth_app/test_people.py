"""The admin's list of people: search, filters, pages, export."""

import pytest
from django.test import Client

from auth_app.audit import AuditRecord
from auth_app.models import User
from tests.conftest import ClientFor, Hire


@pytest.fixture
def office(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


def names(client: Client, query: str = "") -> list[str]:
    return [person.name for person in client.get(f"/people/?{query}").context["page"].items]


def test_it_lists_everybody_by_name(office: Client, worker: User, manager: User) -> None:
    assert names(office) == ["Ada Admin", "Mona Manager", "Wanda Worker"]


def test_it_finds_by_name_and_by_email(office: Client, worker: User, stranger: User) -> None:
    assert names(office, "q=WANDA") == ["Wanda Worker"]
    assert names(office, "q=stella.stranger@") == ["Stella Stranger"]


def test_it_filters_by_role_and_standing(office: Client, worker: User, stranger: User) -> None:
    stranger.deactivate()
    assert names(office, "role=worker") == ["Stella Stranger", "Wanda Worker"]
    assert names(office, "role=worker&status=active") == ["Wanda Worker"]
    assert names(office, "status=inactive") == ["Stella Stranger"]


def test_it_says_when_nobody_matches(office: Client) -> None:
    page = office.get("/people/?q=cockatrice")
    assert page.status_code == 200
    assert "Nobody matches" in page.content.decode()


def test_it_survives_filters_that_make_no_sense(office: Client) -> None:
    assert names(office, "role=emperor&status=%00&q=%00") == ["Ada Admin"]


def test_it_shows_a_page_at_a_time(office: Client, hire: Hire) -> None:
    for number in range(51):
        User.objects.create(email=f"{number}@popug.example", name=f"Popug {number:02}")
    first = office.get("/people/").context["page"]
    rest = office.get("/people/", {"cursor": first.next}).context["page"]
    assert (len(first.items), [person.name for person in rest.items]) == (
        50,
        ["Popug 49", "Popug 50"],
    )


def test_it_exports_what_the_filters_show(office: Client, worker: User) -> None:
    lines = office.get("/people/export/?role=worker").getvalue().decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("wanda.worker@popug.example,Wanda Worker,worker,True,")


def test_it_shows_hostile_names_as_text(office: Client, hire: Hire) -> None:
    User.objects.create(email="x@popug.example", name="<script>alert(1)</script>")
    assert "<script>alert" not in office.get("/people/").content.decode()


def test_it_exports_a_workbook_and_keeps_that_it_did(office: Client, worker: User) -> None:
    answer = office.get("/people/export/?role=worker&format=xlsx")
    assert answer.getvalue().startswith(b"PK")
    record = AuditRecord.objects.latest("id")
    assert (record.action, record.after) == ("exported", {"asked": "role=worker&format=xlsx"})


def test_no_name_is_a_formula(office: Client, worker: User) -> None:
    worker.change(name="=HYPERLINK(1)")
    lines = office.get("/people/export/?role=worker").getvalue().decode()
    assert ",'=HYPERLINK(1)," in lines
