"""Polly, who signs in as people do."""

import pytest
from django.core.cache import cache
from django.test import Client

from auth_app.models import User
from tests.conftest import PASSWORD, Hire


@pytest.fixture
def polly(hire: Hire) -> User:
    cache.clear()  # no limit from before
    return hire("Polly", password=PASSWORD)


def through_the_form(person: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    return client
