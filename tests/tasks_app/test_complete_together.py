"""Two hundred people complete at once, while tasks are drawn anew: nothing is lost, and nobody is
waited for in a circle (T5)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection

from auth_app.models import User
from messaging.models import OutboxEvent
from tasks_app import shuffle
from tasks_app.models import Account, Assignment, Task
from tests.tasks_app.conftest import MakeTasks

PEOPLE, AT_ONCE = 200, 40

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def flock(worker: User) -> list[UUID]:
    hired = [
        Account(public_id=UUID(int=n), role="worker", is_active=True, version=1)
        for n in range(1, PEOPLE)
    ]
    Account.objects.bulk_create(hired)
    return [worker.public_id, *(person.public_id for person in hired)]


def test_everything_that_was_completed_is_completed_once(
    flock: list[UUID], make_tasks: MakeTasks
) -> None:
    make_tasks(2 * PEOPLE)
    run, gate = shuffle.start(None), Barrier(AT_ONCE + 1, timeout=60)
    with ThreadPoolExecutor(AT_ONCE + 1) as pool:
        drawing = pool.submit(_draw, run.pk, gate)
        begun = [pool.submit(_complete_own, flock[n::AT_ONCE], gate) for n in range(AT_ONCE)]
        drawing.result()
        completed = sum(one.result() for one in begun)
    done = Task.objects.completed()
    assert completed == done.count() > 0
    told = OutboxEvent.objects.filter(event_name="tasks.task_completed")
    assert {event.data["completion_id"] for event in told} == {
        str(one) for one in done.values_list("completion_id", flat=True)
    }
    assert len(told) == completed
    assert [task.pk for task in Task.objects.all() if not _is_gapless(task)] == []


def _draw(run_id: UUID, gate: Barrier) -> None:
    try:
        gate.wait()
        shuffle.go_on(run_id)
    finally:
        connection.close()


def _complete_own(people: list[UUID], gate: Barrier) -> int:
    """What each has when they look; a task may have been drawn for somebody else by then."""
    try:
        gate.wait()
        return sum(_complete(task, who) for who in people for task in Task.objects.of(who))
    finally:
        connection.close()


def _complete(task: Task, who: UUID) -> bool:
    try:
        return task.complete(who)
    except PermissionError:
        return False


def _is_gapless(task: Task) -> bool:
    """Created, drawn each time, completed: every change of it has a version of its own."""
    draws = Assignment.objects.filter(task=task).count()
    return task.version == 1 + draws + (not task.is_open)
