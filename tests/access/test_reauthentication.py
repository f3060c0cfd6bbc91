"""Dangerous acts want to know that it is still the same person."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from auth_app.models import User
from messaging.models import DeadLetter
from tests.architecture.routes import routes
from tests.conftest import LETTERS, PASSWORD, Hire, sign_in

DANGEROUS = {
    "billing:approve",
    "billing:correct",
    "billing:retry",
    "billing:retry_all",
    "events:discard_many",
    "events:replay_many",
    "people:create",
    "people:deactivate",
    "people:edit",
    "people:reactivate",
    "people:reset_second_factor",
}


@pytest.fixture(autouse=True)
def clock(db: None) -> Iterator[time_machine.Traveller]:
    cache.clear()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def ada(hire: Hire) -> User:
    return hire("Ada", "admin", PASSWORD)


@pytest.fixture
def office(client: Client, ada: User) -> Client:
    sign_in(client, ada)
    return client


def change(office: Client, person: User, **headers: str) -> str:
    form = {"name": "Wilma", "role": "manager", "version": "1", "reason": "leads now"}
    answer = office.post(f"/people/{person.public_id}/", form, headers=headers)
    return answer.headers.get("Location") or answer.headers["HX-Redirect"]


def prove(office: Client, address: str, password: str = PASSWORD) -> int:
    form = {"password": password, "next": address.partition("next=")[2]}
    return office.post(address, form).status_code


def test_exactly_these_are_dangerous() -> None:
    found = {name: resolve(route.address).func for name, route in routes().items()}
    assert {name for name, view in found.items() if getattr(view, "recent", False)} == DANGEROUS


def test_whoever_has_just_proved_it_goes_on(office: Client, worker: User) -> None:
    assert change(office, worker) == "/people/"


def test_a_password_typed_at_the_sign_in_counts(client: Client, hire: Hire) -> None:
    wanda = hire("Wanda", password=PASSWORD)
    client.post("/accounts/login/", {"login": wanda.email, "password": PASSWORD})
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


@LETTERS
def test_a_code_by_mail_does_not(client: Client, hire: Hire) -> None:
    wanda = hire("Wanda", password=PASSWORD)
    client.post("/accounts/login/code/", {"email": wanda.email})
    [code] = re.findall(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", str(mail.outbox[-1].body), re.MULTILINE)
    client.post("/accounts/login/code/confirm/", {"code": code})
    asked = client.get("/accounts/2fa/totp/activate/")["Location"]
    assert asked.startswith("/accounts/reauthenticate/")


def test_after_ten_minutes_they_are_asked_and_what_they_typed_goes_on(
    clock: time_machine.Traveller, office: Client, worker: User
) -> None:
    clock.shift(timedelta(minutes=10, seconds=1))
    asked = change(office, worker)
    assert asked == f"/accounts/reauthenticate/?next=/people/{worker.public_id}/"
    worker.refresh_from_db()
    assert worker.role == "worker"
    assert prove(office, asked) == 302
    worker.refresh_from_db()
    assert (worker.name, worker.role) == ("Wilma", "manager")


def test_a_wrong_password_goes_nowhere(
    clock: time_machine.Traveller, office: Client, worker: User
) -> None:
    clock.shift(timedelta(minutes=11))
    assert prove(office, change(office, worker), "wrong") == 422
    worker.refresh_from_db()
    assert worker.role == "worker"


def test_a_whole_page_goes_there_from_htmx(
    clock: time_machine.Traveller, office: Client, worker: User
) -> None:
    clock.shift(timedelta(minutes=11))
    assert change(office, worker, **{"HX-Request": "true"}).startswith("/accounts/reauthenticate/")


def test_the_filter_of_what_is_replayed_is_kept(
    clock: time_machine.Traveller, office: Client
) -> None:
    clock.shift(timedelta(minutes=11))
    asked = office.post("/events/dead-letters/replay/?consumer=billing")["Location"]
    answer = office.post(asked, {"password": PASSWORD, "next": "/events/dead-letters/replay/"})
    assert answer["Location"] == "/events/dead-letters/?consumer=billing"
    assert not DeadLetter.objects.exists()


def test_the_session_gets_another_key(
    clock: time_machine.Traveller, office: Client, worker: User
) -> None:
    before = office.cookies["sessionid"].value
    clock.shift(timedelta(minutes=11))
    prove(office, change(office, worker))
    assert office.cookies["sessionid"].value != before


def test_no_secret_is_kept_with_what_they_typed(
    clock: time_machine.Traveller, office: Client, worker: User
) -> None:
    clock.shift(timedelta(minutes=11))
    change(office, worker, Authorization="Bearer secret")
    kept = str(dict(office.session.items()))
    assert office.cookies["sessionid"].value not in kept
    assert "Bearer secret" not in kept


def test_looking_is_not_dangerous(
    clock: time_machine.Traveller, office: Client, worker: User
) -> None:
    clock.shift(timedelta(minutes=11))
    assert office.get(f"/people/{worker.public_id}/").status_code == 200
