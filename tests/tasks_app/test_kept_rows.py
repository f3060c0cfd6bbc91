"""Rows of the list are kept by all that they show; whatever changes is seen at once."""

from collections.abc import Callable

import pytest
from django.core.cache import caches
from django.test import Client

from auth_app.models import User
from tasks_app.models import Account, Task
from tests.conftest import ClientFor
from tests.delivery import deliver_everything

URL = "/tasks/rows/"
Change = Callable[[Task], object]


def rows(client: Client, query: str = "") -> str:
    return client.get(f"{URL}?{query}").content.decode()


def rows_made_anew(client: Client, query: str = "") -> str:
    caches["pieces"].clear()
    return rows(client, query)


@pytest.fixture
def task(worker: User) -> Task:
    task = Task.create(title="Paint the perch", jira_id="UBERPOP-1")
    deliver_everything()
    return task


@pytest.mark.parametrize(
    ("change", "shows"),
    [
        (lambda _: Account.objects.update(name="Renamed"), "Renamed"),
        (lambda _: Account.objects.update(is_active=False), "stranded"),
        (lambda _: Account.objects.update(role="manager"), "stranded"),
        (lambda task: task.complete(task.assignee_id), "completed"),
        (lambda _: Task.objects.update(title="Varnish it"), "Varnish it"),
        (lambda _: Task.objects.update(jira_id="OTHER-7"), "OTHER-7"),
        (lambda _: Task.objects.update(fee_cents=1_700), "$17.00"),
        (lambda _: Task.objects.update(reward_cents=3_900), "$39.00"),
        (lambda _: Task.objects.update(fee_cents=None, reward_cents=None), "being priced"),
    ],
)
def test_what_changes_is_seen_at_once(
    change: Change, shows: str, task: Task, admin: User, client_for: ClientFor
) -> None:
    client = client_for(admin)
    assert shows not in rows(client)
    change(task)
    assert shows in rows(client)
    assert rows(client) == rows_made_anew(client)


@pytest.mark.usefixtures("task")
def test_every_reader_has_their_own_language_zone_and_filter(
    worker: User, colleague: User, client_for: ClientFor
) -> None:
    colleague.change(language="ru", time_zone="Asia/Tokyo")
    mine, theirs = client_for(worker), client_for(colleague)
    for query in ("", "status=open", "q=perch"):
        assert rows(mine, query) == rows(mine, query) == rows_made_anew(mine, query)
        assert rows(theirs, query) == rows(theirs, query) == rows_made_anew(theirs, query)
        assert rows(mine, query) != rows(theirs, query)
    assert "status=open" in rows(mine, "status=open")


def test_a_list_that_is_looked_at_again_is_not_made_again(
    task: Task, worker: User, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(worker)
    before = rows(client)
    monkeypatch.setattr(Task, "get_status_display", lambda _: "never asked", raising=False)
    assert rows(client) == before
