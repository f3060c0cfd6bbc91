"""Admins take people on."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from auth_app.models import User
from tests.conftest import ClientFor
from tests.delivery import published

FORM = {"email": "New@Popug.example", "name": "Nelly", "role": "manager", "language": "en"}


@pytest.fixture
def office(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


def test_it_makes_a_person_in_the_given_role(office: Client) -> None:
    assert office.post("/people/new/", FORM).status_code == 302
    person = User.objects.get(email="new@popug.example")
    assert (person.name, person.role, person.has_usable_password()) == ("Nelly", "manager", False)
    assert not EmailAddress.objects.filter(user=person, verified=True).exists()


def test_it_tells_every_service_who_did_it(office: Client, admin: User) -> None:
    office.post("/people/new/", FORM)
    assert published("auth.account_created")[-1]["role"] == "manager"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "no address"),
        ("email", "polly@попуг.рф"),
        ("email", "ADA.ADMIN@popug.example"),
        ("name", " "),
        ("name", "x" * 151),
        ("role", "emperor"),
    ],
)
def test_it_names_what_is_wrong(office: Client, field: str, value: str) -> None:
    response = office.post("/people/new/", FORM | {field: value})
    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert User.objects.count() == 1


def test_it_ignores_what_the_form_does_not_ask(office: Client) -> None:
    office.post("/people/new/", FORM | {"is_active": "", "version": "7", "password": "x" * 20})
    person = User.objects.get(name="Nelly")
    assert (person.is_active, person.version) == (True, 1)
    assert not person.has_usable_password()
