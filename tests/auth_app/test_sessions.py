"""Sessions end with what they stood for."""

from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client

from auth_app.models import User
from tests.conftest import ClientFor


def is_in(client: Client) -> bool:
    return client.get("/people/me/").status_code == 200


def test_another_role_ends_all_of_them(client_for: ClientFor, worker: User) -> None:
    clients = [client_for(worker), client_for(worker)]
    worker.change(role="manager")
    assert [is_in(client) for client in clients] == [False, False]


def test_another_name_ends_none(client_for: ClientFor, worker: User) -> None:
    client = client_for(worker)
    worker.change(name="Wilma")
    assert is_in(client)


def test_dismissal_ends_them_for_good(client_for: ClientFor, worker: User) -> None:
    client = client_for(worker)
    worker.deactivate()
    worker.reactivate()
    assert not is_in(client)


def test_they_go_on_when_the_change_is_undone(client_for: ClientFor, worker: User) -> None:
    client = client_for(worker)
    with transaction.atomic():
        worker.change(role="manager")
        transaction.set_rollback(True)
    assert is_in(client)


def test_nobody_elses_ends(client_for: ClientFor, worker: User, colleague: User) -> None:
    client = client_for(colleague)
    worker.deactivate()
    assert is_in(client)
    assert Session.objects.count() == 1
