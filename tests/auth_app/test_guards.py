"""What stands between a session and a view."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from auth_app import second_factor
from auth_app.models import User
from tests.conftest import ClientFor, Hire

HTMX = {"HX-Request": "true"}


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def is_in(client: Client, **headers: str) -> bool:
    return client.get("/tasks/mine/", headers=headers).status_code == 200


def without_factor(person: User) -> User:
    Authenticator.objects.filter(user=person).delete()
    return person


# --- age ---


def test_a_session_ends_after_eight_idle_hours(
    clock: time_machine.Traveller, client_for: ClientFor, worker: User
) -> None:
    client = client_for(worker)
    assert is_in(client)
    clock.shift(timedelta(hours=7, minutes=59))
    assert is_in(client)
    clock.shift(timedelta(hours=8, minutes=1))
    assert not is_in(client)


def test_a_page_that_polls_keeps_nobody_in(
    clock: time_machine.Traveller, client_for: ClientFor, worker: User
) -> None:
    client = client_for(worker)
    assert is_in(client)
    for _ in range(2):
        clock.shift(timedelta(hours=4, minutes=1))
        client.get("/tasks/mine/rows/", headers=HTMX)
    assert not is_in(client)


@pytest.mark.parametrize(("role", "hours"), [("worker", 24), ("accountant", 12), ("admin", 12)])
def test_a_session_ends_however_busy_it_is(
    clock: time_machine.Traveller, client_for: ClientFor, hire: Hire, role: str, hours: int
) -> None:
    client = client_for(hire("Busy", role))
    assert is_in(client)
    for _ in range(hours // 4):
        clock.shift(timedelta(hours=4))
        assert is_in(client)
    clock.shift(timedelta(minutes=1))
    assert not is_in(client)


# --- second factor ---


@pytest.mark.parametrize("who", ["accountant", "admin"])
def test_the_privileged_get_no_further_than_setting_it_up(
    client_for: ClientFor, request: pytest.FixtureRequest, who: str
) -> None:
    client = client_for(without_factor(request.getfixturevalue(who)))
    assert client.get("/tasks/")["Location"] == "/accounts/2fa/"
    assert client.post("/tasks/new/", {"title": "x"})["Location"] == "/accounts/2fa/"
    assert client.get("/tasks/rows/", headers=HTMX)["HX-Redirect"] == "/accounts/2fa/"
    assert "needs a second factor" in client.get("/accounts/2fa/").content.decode()


@pytest.mark.parametrize("address", ["/accounts/logout/", "/healthz", "/accounts/2fa/"])
def test_what_they_need_for_it_stays_open(client_for: ClientFor, admin: User, address: str) -> None:
    assert client_for(without_factor(admin)).get(address).status_code == 200


def test_nobody_else_must_have_one(client_for: ClientFor, worker: User, manager: User) -> None:
    assert is_in(client_for(worker))
    assert is_in(client_for(manager))


def test_whoever_becomes_privileged_must_have_one(client_for: ClientFor, worker: User) -> None:
    worker.change(role="admin")
    assert not is_in(client_for(worker))


def test_demo_people_are_let_through_in_a_demo(
    settings: Settings, client_for: ClientFor, admin: User
) -> None:
    User.objects.filter(pk=admin.pk).update(is_demo=True)
    client = client_for(without_factor(admin))
    settings.DEMO = True
    assert is_in(client)
    settings.DEMO = False
    assert not is_in(client)


def test_the_last_one_stays(client_for: ClientFor, admin: User, manager: User) -> None:
    client_for(admin).post("/accounts/2fa/totp/deactivate/")
    assert second_factor.enrolled(admin)


def test_whoever_need_not_have_one_removes_it(client_for: ClientFor, admin: User) -> None:
    User.objects.register("second@popug.example", "Second", None, role="admin")
    admin.change(role="manager")
    client_for(admin).post("/accounts/2fa/totp/deactivate/")
    assert not second_factor.enrolled(admin)


# --- reset by an admin ---


def test_an_admin_resets_it_for_somebody_who_lost_it(
    client_for: ClientFor, admin: User, accountant: User
) -> None:
    theirs = client_for(accountant)
    url = f"/people/{accountant.public_id}/reset-second-factor/"
    assert client_for(admin).post(url, {"reason": "lost the phone"}).status_code == 302
    assert not second_factor.enrolled(accountant)
    assert theirs.get("/tasks/")["Location"].startswith("/accounts/login/")


def test_nobody_resets_their_own(client_for: ClientFor, admin: User) -> None:
    url = f"/people/{admin.public_id}/reset-second-factor/"
    assert client_for(admin).post(url, {"reason": "lazy"}).status_code == 403
    assert second_factor.enrolled(admin)


def test_whoever_looks_where_they_may_not_leaves_a_line(
    client_for: ClientFor, worker: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    client = client_for(worker)
    for address in ("/tasks/", "/people/"):
        client.get(address)
    assert [line for line in caplog.messages if "answers" in line] == [
        "GET people:list answers 403"
    ]
