"""The button “assign tasks” and the page of a shuffle (T4)."""

import json
from functools import partial
from uuid import uuid4

import pytest
from celery import current_app
from pytest_django import DjangoCaptureOnCommitCallbacks

from auth_app.models import User
from tasks_app import jobs, shuffle
from tasks_app.models import Task
from tasks_app.runs import ShuffleRun
from tests.conftest import ClientFor
from tests.delivery import deliver_everything, empty_queues
from tests.tasks_app.conftest import MakeTasks

URL = "/tasks/shuffle/"


def test_it_asks_with_real_numbers(
    worker: User, accountant: User, manager: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    make_tasks(4)
    client = client_for(manager)
    assert client.get(URL).context["fee"] is None
    deliver_everything()
    stakes = client.get(URL).context
    fees = [task.fee_cents or 0 for task in Task.objects.all()]
    assert (stakes["tasks"], stakes["eligible"], stakes["fee"]) == (4, 2, round(sum(fees) / 4))
    assert not ShuffleRun.objects.exists()


def test_it_begins_once_for_a_form_sent_twice(
    worker: User, manager: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    make_tasks(1)
    form = {"idempotency_key": str(uuid4())}
    client = client_for(manager)
    first = client.post(URL, form)
    shuffle.go_on_with_all()
    assert client.post(URL, form)["Location"] == first["Location"]
    assert ShuffleRun.objects.count() == 1


def test_it_leads_to_the_one_that_runs(
    worker: User, manager: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    make_tasks(1)
    run = shuffle.start(None)
    for answer in (client_for(manager).get(URL), client_for(manager).post(URL)):
        assert answer["Location"] == f"/tasks/shuffles/{run.pk}/"


def test_it_refuses_when_nobody_is_eligible(manager: User, client_for: ClientFor) -> None:
    answer = client_for(manager).post(URL)
    assert answer.status_code == 422
    assert "nobody who could get tasks" in answer.content.decode()


def test_its_page_polls_until_it_is_over(
    worker: User, manager: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    make_tasks(3)
    run = shuffle.start(manager.public_id)
    client = client_for(manager)
    running = client.get(f"/tasks/shuffles/{run.pk}/").content.decode()
    assert 'max="3" value="0"' in running
    assert "every 1s" in running
    shuffle.go_on(run.pk)
    over = client.get(f"/tasks/shuffles/{run.pk}/progress/")
    assert "every 1s" not in over.content.decode()
    assert [tasks for _who, tasks in over.context["shares"]] == [3]


def test_it_can_be_stopped(
    worker: User, manager: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    make_tasks(3)
    run = shuffle.start(None)
    client_for(manager).post(f"/tasks/shuffles/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.status == "cancelled"


def test_earlier_ones_are_listed_with_who_began_them(
    worker: User, manager: User, client_for: ClientFor
) -> None:
    run = shuffle.start(manager.public_id)
    page = client_for(manager).get("/tasks/shuffles/")
    [listed] = page.context["page"].items
    assert (listed.pk, listed.starter) == (run.pk, "Mona Manager")


@pytest.mark.parametrize("role", ["worker", "accountant"])
def test_it_is_for_managers_and_admins(
    role: str, request: pytest.FixtureRequest, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    make_tasks(1)
    run = shuffle.start(None)
    client = client_for(request.getfixturevalue(role))
    urls = (URL, f"/tasks/shuffles/{run.pk}/cancel/")
    assert [client.post(url).status_code for url in urls] == [403, 403]
    assert client.get(f"/tasks/shuffles/{run.pk}/progress/").status_code == 403


def test_it_begins_though_the_broker_is_down(
    manager: User,
    make_tasks: MakeTasks,
    client_for: ClientFor,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    make_tasks(1)
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", "redis://127.0.0.1:1/0")
    with django_capture_on_commit_callbacks(execute=True):
        assert client_for(manager).post(URL).status_code == 302
    jobs.go_on_with_shuffles()
    assert ShuffleRun.objects.get().drawn == 1


def test_it_tells_a_worker_to_begin_at_once(
    manager: User,
    make_tasks: MakeTasks,
    client_for: ClientFor,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    make_tasks(1)
    empty_queues()
    with django_capture_on_commit_callbacks(execute=True):
        client_for(manager).post(URL)
    run_id = told_to_begin()
    jobs.shuffle(run_id)
    assert ShuffleRun.objects.get(pk=run_id).status == "completed"


def told_to_begin() -> str:
    with current_app.connection_for_read() as broker:
        message = broker.SimpleQueue("tasks.jobs").get(timeout=5)
        message.ack()
    [[run_id], *_] = json.loads(message.body)
    return str(run_id)


def test_a_long_shuffle_takes_a_place_in_the_queue_again(
    manager: User,
    make_tasks: MakeTasks,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """Others get their turn; nobody waits for the next tick."""
    make_tasks(3)
    run = shuffle.start(manager.public_id)
    monkeypatch.setattr(shuffle, "BATCH", 2)
    monkeypatch.setattr(shuffle, "go_on", partial(shuffle.go_on, seconds=0))
    empty_queues()
    with django_capture_on_commit_callbacks(execute=True):
        jobs.shuffle(str(run.pk))
    assert ShuffleRun.objects.get().drawn == 2
    jobs.shuffle(told_to_begin())
    assert ShuffleRun.objects.get().drawn == 3
