"""The event log: found by ids, followed along its chain."""

import pytest
from django.test import Client

from auth_app.models import User
from messaging import event_log
from messaging.context import acting
from messaging.models import OutboxEvent
from tasks_app.models import Task
from tests.conftest import ClientFor
from tests.delivery import deliver_everything
from tests.messaging.letters import UNKNOWN, parked


@pytest.fixture
def office(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


def names(nodes: list[event_log.Node]) -> list[str]:
    return [node.event.event_name for node in nodes]


def shown(client: Client, query: str = "") -> list[str]:
    return [event.event_name for event in client.get(f"/events/?{query}").context["page"].items]


def test_it_shows_the_newest_first(office: Client, worker: User) -> None:
    worker.deactivate()
    assert shown(office)[:2] == ["auth.account_updated", "auth.account_created"]


def test_it_filters_by_name(office: Client, worker: User) -> None:
    worker.deactivate()
    assert shown(office, "q=name:auth.account_updated") == ["auth.account_updated"]
    assert shown(office, "q=name:account_updated") == ["auth.account_updated"]


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


def test_the_name_of_an_event_is_enough(office: Client, worker: User) -> None:
    Task.create(title="Feed the parrot")
    for name in ("task_created", "tasks.task_created"):
        assert shown(office, f"q={name}") == ["tasks.task_created"]


def test_it_says_when_nothing_is_found(office: Client) -> None:
    page = office.get(f"/events/?q={UNKNOWN}")
    assert "No events" in page.content.decode()


@pytest.mark.parametrize(
    "words", ["perch", "%00", "colour:red", "task:42", "name:task_eaten", "to=nonsense"]
)
def test_it_says_what_it_understands(office: Client, words: str) -> None:
    page = office.get(f"/events/?{words if '=' in words else f'q={words}'}")
    assert page.status_code == 422
    assert list(page.context["page"].items) == []
    assert "name: id: correlation: task: person:" in page.content.decode()


def test_qualifiers_narrow_each_other_down(office: Client, worker: User) -> None:
    task = Task.create(title="Feed the parrot")
    person = f"person:{worker.public_id}"
    assert shown(office, f"q=task:{task.public_id} {person}") == ["tasks.task_assigned"]
    assert shown(office, f"q={person} name:task_assigned") == ["tasks.task_assigned"]
    assert shown(office, f"q=task:{task.public_id} name:account_created") == []


def test_a_person_is_found_by_what_they_set_off(office: Client, worker: User) -> None:
    with acting(worker.public_id):
        Task.create(title="Feed the parrot")
    assert "tasks.task_created" in shown(office, f"q=person:{worker.public_id}")


def test_it_keeps_to_a_span_of_time(office: Client, worker: User) -> None:
    assert shown(office, "from=2100-01-01T00:00") == []
    assert shown(office, "to=2001-01-01T00:00") == []
    assert "auth.account_created" in shown(office, "from=2001-01-01T00:00&to=2099-01-01T00:00")


def test_it_exports_what_it_shows(office: Client, worker: User) -> None:
    worker.deactivate()
    answer = office.get("/events/export/?q=name:account_updated")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert "Wanda Worker" in lines[1]
    assert office.get("/events/export/?q=nonsense").status_code == 422


def test_an_event_shows_envelope_data_and_deliveries(office: Client, worker: User) -> None:
    event = OutboxEvent.objects.get(data__account_id=str(worker.public_id))
    page = office.get(f"/events/{event.event_id}/").content.decode()
    assert "Wanda Worker" in page
    assert page.count("acknowledged") == 3


def test_an_event_shows_its_chain_as_a_tree(office: Client, worker: User) -> None:
    with acting():
        Task.create(title="Feed the parrot")
    deliver_everything()
    event = OutboxEvent.objects.get(event_name="tasks.task_assigned")
    chain = office.get(f"/events/{event.event_id}/").context["chain"]
    effects = {node.event.event_name: names(node.effects) for node in chain.roots}
    assert effects["tasks.task_assigned"] == ["billing.entry_posted"]
    assert effects["tasks.task_created"] == ["billing.task_priced"]


def test_of_a_long_chain_it_shows_what_led_to_it_and_what_it_led_to(
    worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting():
        for title in ("One", "Two", "Three"):
            Task.create(title=title)
    deliver_everything()
    monkeypatch.setattr(event_log, "CHAIN", 3)
    event = OutboxEvent.objects.filter(event_name="billing.entry_posted").latest("position")
    chain = event_log.chain(event)
    assert chain.cut
    assert names(chain.roots) == ["tasks.task_assigned"]
    assert names(chain.roots[0].effects) == ["billing.entry_posted"]


def test_an_event_leads_to_its_dead_letter(office: Client) -> None:
    letter = parked()
    page = office.get(f"/events/{letter.event_id}/").content.decode()
    assert f"/events/dead-letters/{letter.public_id}/" in page


def test_it_shows_none_that_is_not_there(office: Client) -> None:
    assert office.get(f"/events/{UNKNOWN}/").status_code == 404


def test_the_log_cannot_be_rewritten(worker: User) -> None:
    with pytest.raises(Exception, match="append-only"):
        OutboxEvent.objects.update(producer="nobody")
