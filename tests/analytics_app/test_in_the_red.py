"""The list of people whose balance is below zero."""

from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse

from auth_app.models import User
from tests.analytics_app import events
from tests.analytics_app.events import called, hear
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db

IN_THE_RED, EXPORT = reverse("analytics:in_the_red"), reverse("analytics:export_in_the_red")


@pytest.fixture
def admins_client(admin: User, client_for: ClientFor) -> Client:
    return client_for(admin)


def owe(who: str, cents: int) -> None:
    hear(events.account(who), events.entry("fee", -cents, who))


@pytest.mark.parametrize("address", [IN_THE_RED, EXPORT])
def test_it_is_for_admins_only(
    address: str, worker: User, manager: User, accountant: User, client_for: ClientFor
) -> None:
    for person in (worker, manager, accountant):
        assert client_for(person).get(address).status_code == HTTPStatus.FORBIDDEN


def test_the_largest_debt_comes_first(admins_client: Client) -> None:
    owe("Polly", 1500)
    owe("Coco", 4500)
    shown = admins_client.get(IN_THE_RED).context["page"].items
    assert [account.name for account in shown] == ["Coco", "Polly"]


def test_it_says_how_many_and_how_much(admins_client: Client) -> None:
    owe("Polly", 1500)
    owe("Coco", 4500)
    assert (
        "2 popugs have a balance below zero, together −$60.00"
        in admins_client.get(IN_THE_RED).content.decode()
    )


def test_it_leaves_out_who_owes_nothing(admins_client: Client) -> None:
    hear(events.account("Rich"), events.entry("reward", 3000, "Rich"))
    shown = admins_client.get(IN_THE_RED).content.decode()
    assert "Rich" not in shown
    assert "Everybody is in the black" in shown


def test_who_has_left_still_owes(admins_client: Client) -> None:
    owe("Polly", 1500)
    hear(events.account("Polly", 2, is_active=False))
    assert "dismissed" in admins_client.get(IN_THE_RED).content.decode()


def test_somebody_not_heard_of_yet_is_shown_by_id(admins_client: Client) -> None:
    hear(events.entry("fee", -1500, "Nobody"))
    assert called("Nobody") in admins_client.get(IN_THE_RED).content.decode()


def test_a_tampered_cursor_is_no_page(admins_client: Client) -> None:
    assert admins_client.get(f"{IN_THE_RED}?cursor=abc").status_code == HTTPStatus.NOT_FOUND


def test_the_export_has_everybody_in_the_red(admins_client: Client) -> None:
    owe("Polly", 1500)
    owe("-Coco", 4500)
    _, *rows = admins_client.get(EXPORT).getvalue().decode().splitlines()
    assert rows == [
        f"{called('-Coco')},'-Coco,worker,True,-4500",
        f"{called('Polly')},Polly,worker,True,-1500",
    ]
