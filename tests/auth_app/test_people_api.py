"""People over the API: taken on, changed, dismissed, by admins alone (I1)."""

from typing import Any

import pytest
from django.core import mail
from django.test import TestCase

from auth_app.audit import AuditRecord
from auth_app.models import User
from tests.calling import Caller, caller_for, problem
from tests.conftest import Hire
from tests.delivery import deliver_everything, published

NEW = {"email": "Polly@popug.example", "name": "Polly", "role": "manager"}


@pytest.fixture
def office(admin: User) -> Caller:
    return caller_for(admin)


def change(office: Caller, person: User, **fields: Any) -> Any:
    return office.patch(f"/people/{person.public_id}", fields)


def test_it_takes_somebody_on(office: Caller, admin: User) -> None:
    answer = office.post("/people", NEW | {"password": "a-long-enough-password"})
    person = User.objects.get(email="polly@popug.example")
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(person.public_id),
        "email": "polly@popug.example",
        "name": "Polly",
        "role": "manager",
        "is_active": True,
    }
    assert AuditRecord.objects.get(person=person.public_id).actor == admin.public_id


def test_whoever_has_no_password_is_invited(office: Caller, worker: User) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        office.post("/people", NEW, key="one")
    [letter] = mail.outbox
    assert letter.to == ["polly@popug.example"]
    assert User.objects.get(email="polly@popug.example").invited_at


def test_it_tells_every_service(office: Caller) -> None:
    made = office.post("/people", NEW).json()
    assert published("auth.account_created")[-1]["account_id"] == made["id"]


def test_the_same_key_takes_one_person_on(office: Caller) -> None:
    first, again = (office.post("/people", NEW, key="one") for _ in range(2))
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("email", "nobody"),
        ("email", "ada.admin@popug.example"),
        ("email", "пётр@попуг.рф"),
        ("name", ""),
        ("name", "x" * 151),
        ("role", "root"),
        ("role", ["admin"]),
        ("password", "short"),
        ("password", "password1234"),
    ],
)
def test_it_refuses_nonsense_where_it_stands(office: Caller, member: str, value: Any) -> None:
    answer = office.post("/people", NEW | {member: value})
    assert (answer.status_code, problem(answer)) == (422, "invalid")
    assert answer.json()["errors"][0]["pointer"] == f"#/{member}"


@pytest.mark.parametrize("extra", ["is_active", "version", "id", "is_demo", "is_superuser"])
def test_members_that_are_not_for_setting_are_refused(office: Caller, extra: str) -> None:
    assert problem(office.post("/people", NEW | {extra: True})) == "invalid"
    assert not User.objects.filter(email="polly@popug.example").exists()


def test_it_lists_people(office: Caller, worker: User, manager: User) -> None:
    assert len(office.get("/people").json()["items"]) == 3
    assert ids(office.get("/people", role="manager")) == [str(manager.public_id)]
    assert ids(office.get("/people", q="wanda")) == [str(worker.public_id)]
    worker.deactivate()
    assert ids(office.get("/people", is_active="false")) == [str(worker.public_id)]


def test_it_pages_through_people(office: Caller, worker: User, manager: User) -> None:
    first = office.get("/people", limit=2).json()
    rest = office.get(first["next"].partition("/api/v1")[2]).json()
    assert len({person["id"] for person in first["items"] + rest["items"]}) == 3


def test_it_changes_what_is_named_and_nothing_else(office: Caller, worker: User) -> None:
    answer = change(office, worker, role="accountant", reason="knows numbers")
    assert answer.json() | {"role": "worker"} == office_view(worker)
    assert published("auth.account_updated")[-1]["role"] == "accountant"
    assert AuditRecord.objects.latest("pk").reason == "knows numbers"


def test_dismissing_ends_their_sign_ins(office: Caller, worker: User) -> None:
    theirs = caller_for(worker)
    assert change(office, worker, is_active=False).json()["is_active"] is False
    deliver_everything()
    assert {theirs.get(path).status_code for path in ("/me", "/tasks", "/billing/balance")} == {401}


def test_nobody_decides_about_themselves(office: Caller, admin: User) -> None:
    for fields in ({"role": "worker"}, {"is_active": False}):
        answer = change(office, admin, **fields)
        assert (answer.status_code, problem(answer)) == (403, "own-standing")
    assert change(office, admin, name="Ada Prime").json()["name"] == "Ada Prime"


def test_of_two_admins_the_one_who_lost_the_role_changes_nobody(
    office: Caller, hire: Hire, admin: User
) -> None:
    other = hire("Other Admin", "admin")
    theirs = caller_for(other)
    assert theirs.patch(f"/people/{admin.public_id}", {"role": "worker"}).status_code == 200
    assert problem(office.patch(f"/people/{other.public_id}", {"role": "worker"})) == "unauthorized"


def test_empty_changes_change_nothing(office: Caller, worker: User) -> None:
    assert change(office, worker).json() == office_view(worker)
    assert published("auth.account_updated") == []


def ids(answer: Any) -> list[str]:
    return [person["id"] for person in answer.json()["items"]]


def office_view(person: User) -> dict[str, Any]:
    return {
        "id": str(person.public_id),
        "email": person.email,
        "name": person.name,
        "role": person.role,
        "is_active": person.is_active,
    }


def test_a_changed_name_stays_in_its_line(office: Caller, worker: User) -> None:
    assert change(office, worker, name="Wanda\u202eWorker").status_code == 422
    worker.refresh_from_db()
    assert worker.name == "Wanda Worker"
