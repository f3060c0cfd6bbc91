"""Nobody is led elsewhere by what a request says, neither people nor letters; and nobody gets
around a limit by claiming to come from elsewhere."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from auth_app.models import User
from tests.calling import Caller
from tests.conftest import LETTERS, PASSWORD, ClientFor, Hire

AWAY = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "https:evil.example",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "javascript:alert(1)",
    " https://evil.example/",
    "\thttps://evil.example/",
]


@pytest.fixture(autouse=True)
def _no_window_ends_meanwhile(db: None) -> Iterator[None]:
    cache.clear()
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def polly(hire: Hire) -> User:
    return hire("Polly", password=PASSWORD)


def stays(answer: object) -> bool:
    """A redirect to an address of ours."""
    target = urlsplit(getattr(answer, "headers", {})["Location"])
    return not target.scheme and not target.netloc and not target.path.startswith(("//", "/\\"))


@pytest.mark.parametrize("address", AWAY)
def test_signing_in_leads_to_no_other_site(address: str, client: Client, polly: User) -> None:
    form = {"login": polly.email, "password": PASSWORD, "next": address}
    assert stays(client.post("/accounts/login/", form))


@pytest.mark.parametrize("address", AWAY)
@pytest.mark.parametrize("way", ["/accounts/logout/", "/language/", "/accounts/reauthenticate/"])
def test_neither_does_what_comes_later(
    way: str, address: str, client_for: ClientFor, polly: User
) -> None:
    form = {"next": address, "language": "ru", "password": PASSWORD}
    assert stays(client_for(polly).post(way, form))


def test_a_host_that_is_not_ours_is_refused(client: Client, polly: User) -> None:
    form = {"email": polly.email}
    answer = client.post("/accounts/password/reset/", form, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert mail.outbox == []


@LETTERS
@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Host", "Forwarded"])
def test_a_host_that_is_only_claimed_is_not_believed(
    name: str, client: Client, polly: User
) -> None:
    client.post("/accounts/password/reset/", {"email": polly.email}, headers={name: "evil.example"})
    assert "evil.example" not in mail.outbox[0].body


@LETTERS
def test_letters_lead_to_us_whatever_hosts_are_allowed(
    client: Client, polly: User, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS, settings.BASE_URL = ["*"], "https://ates.popug.example"
    for email in (polly.email, "stranger@popug.example"):
        form = {"email": email}
        client.post("/accounts/password/reset/", form, headers={"Host": "evil.example"})
        letter = mail.outbox[-1].body
        assert "https://ates.popug.example/accounts/" in letter
        assert "evil" not in letter


def test_claiming_another_address_gets_around_no_limit_of_the_api(db: None) -> None:
    answers = [
        Caller().post(
            "/token",
            {"email": f"{n}@popug.example", "password": "x"},
            **{"X-Forwarded-For": f"192.0.2.{n}", "X-Real-IP": f"192.0.2.{n}"},
        )
        for n in range(61)
    ]
    assert [answer.status_code for answer in answers] == [401] * 60 + [429]


def test_claiming_another_address_gets_around_no_limit_of_the_pages(
    client: Client, db: None
) -> None:
    answers = [
        client.post(
            "/accounts/login/",
            {"login": f"{n}@popug.example", "password": "x"},
            headers={"X-Forwarded-For": f"192.0.2.{n}", "X-Real-IP": f"192.0.2.{n}"},
        )
        for n in range(31)
    ]
    assert answers[-1].status_code == 429
