"""A view that does not say who may use it lets nobody in (I2)."""

import pytest
from django.test import Client
from django.urls import get_resolver
from pytest_django.fixtures import Settings

from access.middleware import says_who_may
from auth_app.models import User
from tests.architecture.routes import callbacks
from tests.conftest import ClientFor


@pytest.fixture(autouse=True)
def _a_silent_view(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.architecture.silent_urls"


def test_no_role_opens_it(client_for: ClientFor, worker: User, admin: User) -> None:
    answers = [client_for(person).get("/silent/") for person in (worker, admin)]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert b"secret" not in answers[1].content


def test_the_anonymous_are_asked_to_sign_in(client: Client, db: None) -> None:
    assert client.get("/silent/").status_code == 302


def test_it_is_the_only_one() -> None:
    silent = [view.__name__ for view in callbacks(get_resolver()) if not says_who_may(view)]
    assert silent == ["silent"]
