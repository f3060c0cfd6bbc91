"""Completing a task: by its assignee, once, whatever happens at the same time (T5)."""

from uuid import uuid4

import pytest
from django.db import transaction

from auth_app.models import User
from tasks_app import shuffle
from tasks_app.models import Task
from tests.conftest import ClientFor
from tests.delivery import published
from tests.tasks_app.conftest import MakeTasks, Meanwhile, somebody_waits_for_a_lock


def url(task: Task) -> str:
    return f"/tasks/{task.public_id}/complete/"


def test_it_completes_and_tells(worker: User) -> None:
    task = Task.create(title="Paint the perch")
    assert task.complete(worker.public_id)
    [told] = published("tasks.task_completed")
    assert (told["completion_id"], told["version"]) == (str(task.completion_id), 3)


def test_it_does_nothing_the_second_time(worker: User) -> None:
    task = Task.create(title="Paint the perch")
    task.complete(worker.public_id)
    first = task.completed_at
    assert not Task.objects.get().complete(worker.public_id)
    assert Task.objects.get().completed_at == first
    assert len(published("tasks.task_completed")) == 1


def test_it_is_for_the_assignee_alone(worker: User, manager: User) -> None:
    task = Task.create(title="Paint the perch")
    with pytest.raises(PermissionError):
        task.complete(manager.public_id)
    assert Task.objects.get().is_open


@pytest.mark.django_db(transaction=True)
def test_it_completes_once_for_two_clicks_at_once(worker: User, meanwhile: Meanwhile) -> None:
    task = Task.create(title="Paint the perch")
    with transaction.atomic():
        Task.objects.get().complete(worker.public_id)
        second = meanwhile(task.complete, worker.public_id)
        somebody_waits_for_a_lock()
    assert second.result() is False
    assert len(published("tasks.task_completed")) == 1


@pytest.mark.django_db(transaction=True)
def test_it_is_too_late_when_a_shuffle_has_moved_the_task(
    worker: User, colleague: User, make_tasks: MakeTasks, meanwhile: Meanwhile
) -> None:
    make_tasks(20, for_=worker)
    stale = {task.pk: task for task in Task.objects.all()}
    run = shuffle.start(None)
    with transaction.atomic():
        shuffle.go_on(run.pk)
        moved = Task.objects.of(colleague.public_id)[0]
        late = meanwhile(stale[moved.pk].complete, worker.public_id)
        somebody_waits_for_a_lock()
    assert isinstance(late.exception(), PermissionError)
    assert Task.objects.open().count() == 20


def test_it_answers_with_the_row(worker: User, client_for: ClientFor) -> None:
    task = Task.create(title="Paint the perch")
    answer = client_for(worker, htmx=True).post(url(task))
    assert answer.templates[0].name == "tasks/_task.html"
    assert answer.content.decode().lstrip().startswith(f'<tr id="task-{task.public_id}"')
    assert "completed" in answer["HX-Trigger"]


def test_it_goes_back_to_my_tasks_without_script(worker: User, client_for: ClientFor) -> None:
    task = Task.create(title="Paint the perch")
    assert client_for(worker).post(url(task))["Location"] == "/tasks/mine/"
    assert (
        client_for(worker).post(url(task), {"stay": "1"})["Location"] == f"/tasks/{task.public_id}/"
    )
    assert len(published("tasks.task_completed")) == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_it_tells_others_that_the_task_is_not_theirs(
    htmx: bool, worker: User, manager: User, client_for: ClientFor
) -> None:
    task = Task.create(title="Paint the perch")
    answer = client_for(manager, htmx=htmx).post(url(task))
    assert answer.status_code == 403
    assert "Wanda Worker" in answer.content.decode()
    assert answer.has_header("HX-Trigger") is htmx
    assert Task.objects.get().is_open


def test_it_knows_no_other_tasks(worker: User, client_for: ClientFor) -> None:
    assert client_for(worker).post(f"/tasks/{uuid4()}/complete/").status_code == 404


def test_it_is_never_done_by_looking(worker: User, client_for: ClientFor) -> None:
    task = Task.create(title="Paint the perch")
    assert client_for(worker).get(url(task)).status_code == 405
    assert Task.objects.get().is_open
