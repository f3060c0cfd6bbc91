"""The event log: found by ids, followed along its chain."""

import pytest
from django.test import Client

from auth_app.models import User
from messaging.context import acting
from messaging.models import OutboxEvent
from tasks_app.models import Task
from tests.conftest import ClientFor
from tests.delivery import deliver_everything
from tests.messaging.letters import UNKNOWN, parked


@pytest.fixture
def office(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


def shown(client: Client, query: str = "") -> list[str]:
    return [event.event_name for event in client.get(f"/events/?{query}").context["page"].items]


def test_it_shows_the_newest_first(office: Client, worker: User) -> None:
    worker.deactivate()
    assert shown(office)[:2] == ["auth.account_updated", "auth.account_created"]


def test_it_filters_by_name(office: Client, worker: User) -> None:
    worker.deactivate()
    assert shown(office, "name=auth.account_updated") == ["auth.account_updated"]


def test_it_finds_an_event_by_its_id(office: Client, worker: User) -> None:
    event = OutboxEvent.objects.get(data__account_id=str(worker.public_id))
    [found] = office.get(f"/events/?q={event.event_id}").context["page"].items
    assert found == event


def test_it_finds_a_chain_by_its_id(office: Client, worker: User) -> None:
    with acting() as origin:
        Task.create(title="Feed the parrot")
    deliver_everything()
    names = shown(office, f"q={origin.correlation_id}")
    assert names[-2:] == ["tasks.task_assigned", "tasks.task_created"]
    assert {"billing.task_priced", "billing.entry_posted"} <= set(names)


def test_it_finds_what_happened_to_a_task_and_to_a_person(office: Client, worker: User) -> None:
    task = Task.create(title="Feed the parrot")
    assert shown(office, f"q={task.public_id}") == ["tasks.task_assigned", "tasks.task_created"]
    assert shown(office, f"q={worker.public_id}") == ["tasks.task_assigned", "auth.account_created"]


@pytest.mark.parametrize("words", ["perch", str(UNKNOWN), "%00"])
def test_it_says_when_nothing_is_found(office: Client, words: str) -> None:
    page = office.get(f"/events/?q={words}")
    assert page.status_code == 200
    if words != "%00":
        assert "No events" in page.content.decode()


def test_an_event_shows_envelope_data_and_deliveries(office: Client, worker: User) -> None:
    event = OutboxEvent.objects.get(data__account_id=str(worker.public_id))
    page = office.get(f"/events/{event.event_id}/").content.decode()
    assert "Wanda Worker" in page
    assert page.count("acknowledged") == 3


def test_an_event_shows_its_chain_indented(office: Client, worker: User) -> None:
    Task.create(title="Feed the parrot")
    deliver_everything()
    event = OutboxEvent.objects.get(event_name="tasks.task_assigned")
    chain = office.get(f"/events/{event.event_id}/").context["chain"]
    depths = {link.event.event_name: link.depth for link in chain}
    assert depths["tasks.task_assigned"] == 0
    assert depths["billing.entry_posted"] == 1


def test_an_event_leads_to_its_dead_letter(office: Client) -> None:
    letter = parked()
    page = office.get(f"/events/{letter.event_id}/").content.decode()
    assert f"/events/dead-letters/{letter.public_id}/" in page


def test_it_shows_none_that_is_not_there(office: Client) -> None:
    assert office.get(f"/events/{UNKNOWN}/").status_code == 404


def test_the_log_cannot_be_rewritten(worker: User) -> None:
    with pytest.raises(Exception, match="append-only"):
        OutboxEvent.objects.update(producer="nobody")
