"""What is somebody else's does not exist for a worker; tasks are everybody's to see (T1, B7)."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse
from uuid_utils.compat import uuid7

from auth_app import refresh
from auth_app.models import User
from billing_app.models import Account, Entry
from tasks_app.models import Task
from tests.architecture.access_matrix import MATRIX
from tests.architecture.routes import routes
from tests.conftest import ClientFor
from tests.delivery import deliver_everything

Named = dict[str, Any]


def _account(person: User) -> Named:
    return {"account_id": Account.objects.get(public_id=person.public_id).public_id}


def _entry(person: User) -> Named:
    return {"entry_id": Entry.objects.filter(account__public_id=person.public_id)[0].pk}


def _task(person: User) -> Named:
    return {"task_id": Task.objects.filter(assignee_id=person.public_id)[0].public_id}


def _session(person: User) -> Named:
    return {"pk": UserSession.objects.get(user=person).pk}


def _sign_in(person: User) -> Named:
    begun = refresh.begin(person)
    assert begun
    return {"sign_in_id": begun[0].pk}


# Every route with a name in it that workers may open: whose thing, and what a stranger is answered.
THEIRS: dict[str, tuple[Callable[[User], Named], int]] = {
    "billing:entry": (_entry, 404),
    "billing:reward": (_task, 200),  # which says that nothing is booked for them
    "billing:statement": (_account, 404),
    "billing:statement_export": (_account, 404),
    "people:end_session": (_session, 404),
    "people:end_sign_in": (_sign_in, 404),
    "tasks:complete": (_task, 403),
    "tasks:facts": (_task, 200),
    "tasks:task": (_task, 200),
}
METHOD = {name: method for name, method, *_ in MATRIX}


@pytest.fixture
def owner(worker: User) -> User:
    """Somebody with a task, an account with an entry, and a session."""
    Task.create(title="Preen")
    deliver_everything()
    UserSession.objects.create(user=worker, ip="127.0.0.1", session_key=uuid7().hex)
    return worker


def test_every_such_route_is_listed() -> None:
    open_to_workers = {name for name, route in routes().items() if "worker" in route.roles}
    assert {name for name in open_to_workers if routes()[name].arguments} == set(THEIRS)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize("name", THEIRS)
def test_a_stranger_is_answered_as_the_table_says(
    name: str, headers: dict[str, str], owner: User, hire: Any, client_for: ClientFor
) -> None:
    named, expected = THEIRS[name]
    address = reverse(name, kwargs=named(owner))
    client = client_for(hire("Stella"))
    assert client.generic(METHOD[name], address, headers=headers).status_code == expected


@pytest.mark.parametrize("name", [name for name, (_, answer) in THEIRS.items() if answer == 404])
def test_nobody_learns_whether_it_is_there(
    name: str, owner: User, hire: Any, client_for: ClientFor
) -> None:
    client = client_for(hire("Stella"))
    theirs = client.generic(METHOD[name], reverse(name, kwargs=THEIRS[name][0](owner)))
    nobodys = client.generic(METHOD[name], routes()[name].address)
    assert theirs.content == nobodys.content
