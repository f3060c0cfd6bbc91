"""Dismissing people, and taking them back."""

import pytest
from django.test import Client

from auth_app.models import User
from tests.conftest import ClientFor
from tests.delivery import published


@pytest.fixture
def office(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


def press(client: Client, person: User, verb: str, reason: str = "flew away") -> int:
    return client.post(f"/people/{person.public_id}/{verb}/", {"reason": reason}).status_code


def test_it_dismisses_and_takes_back(office: Client, worker: User) -> None:
    assert press(office, worker, "deactivate") == 302
    assert press(office, worker, "reactivate") == 302
    assert [event["is_active"] for event in published("auth.account_updated")] == [False, True]


def test_pressing_twice_dismisses_once(office: Client, worker: User) -> None:
    press(office, worker, "deactivate")
    press(office, worker, "deactivate")
    assert len(published("auth.account_updated")) == 1


def test_nobody_dismisses_themselves(office: Client, admin: User) -> None:
    assert press(office, admin, "deactivate") == 403
    assert f"/people/{admin.public_id}/deactivate/" not in office.get("/people/").content.decode()


def test_it_answers_404_for_nobody(office: Client) -> None:
    assert (
        office.post("/people/00000000-0000-7000-8000-000000000000/deactivate/").status_code == 404
    )


@pytest.mark.parametrize("reason", ["", " ", "x" * 501])
def test_it_wants_a_reason(office: Client, worker: User, reason: str) -> None:
    assert press(office, worker, "deactivate", reason) == 422
    worker.refresh_from_db()
    assert worker.is_active
