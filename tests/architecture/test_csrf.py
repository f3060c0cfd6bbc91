"""Another site makes nobody's browser do anything here: every form wants the page's own token."""

import pytest
from django.test import Client
from django.urls import get_resolver

from auth_app.models import User
from tests.architecture.access_matrix import MATRIX
from tests.architecture.routes import patterns, routes
from tests.conftest import sign_in

OURS = sorted({name for name, method, *_ in MATRIX if method == "POST"})
ALLAUTHS = sorted(
    name
    for name, (address, view) in patterns(get_resolver())
    if view.__module__.startswith("allauth.") and "<" not in address and "(?P" not in address
)


def refuses(client: Client, address: str) -> bool:
    crossed = {"Origin": "https://evil.example", "Referer": "https://evil.example/"}
    answers = [client.post(address, headers=headers) for headers in ({}, crossed)]
    return {answer.status_code for answer in answers} == {403}


@pytest.fixture
def careless(admin: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    sign_in(client, admin)
    return client


@pytest.mark.parametrize("name", OURS)
def test_no_form_of_ours_is_taken_from_elsewhere(name: str, careless: Client) -> None:
    assert refuses(careless, routes()[name].address)


def test_no_form_about_signing_in_is_taken_from_elsewhere(careless: Client) -> None:
    addresses = dict(patterns(get_resolver()))
    taken = [
        name
        for name in ALLAUTHS
        if not (refuses(careless, f"/{addresses[name][0]}") or is_no_form(careless, name))
    ]
    assert taken == []


def is_no_form(client: Client, name: str) -> bool:
    address = dict(patterns(get_resolver()))[name][0]
    return client.post(f"/{address}").status_code == 405
