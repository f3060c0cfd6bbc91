"""The shuffle: every open task once, resumable, one at a time (T4)."""

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from auth_app.models import User
from messaging.models import OutboxEvent
from tasks_app import events, shuffle
from tasks_app.models import Account, Assignment, NobodyToAssign, Task
from tasks_app.runs import ShuffleRun
from tests.delivery import published
from tests.tasks_app.conftest import MakeTasks, Meanwhile, somebody_waits_for_a_lock


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shuffle, "BATCH", 3)


def finish(run: ShuffleRun) -> ShuffleRun:
    shuffle.go_on(run.pk)
    run.refresh_from_db()
    return run


def test_it_draws_every_open_task_once(
    worker: User, manager: User, make_tasks: MakeTasks, small_batches: None
) -> None:
    tasks = make_tasks(10)
    run = finish(shuffle.start(manager.public_id))
    assert (run.status, run.total, run.done, run.drawn) == ("completed", 10, 10, 10)
    assert sorted(run.assignments.values_list("task_id", flat=True)) == [t.pk for t in tasks]
    assert set(Task.objects.values_list("version", flat=True)) == {3}


def test_it_tells_each_assignment_as_it_is_written(worker: User, make_tasks: MakeTasks) -> None:
    make_tasks(5)
    run = finish(shuffle.start(None))
    told = {fact["assignment_id"]: fact for fact in published("tasks.task_assigned")}
    for drawn in run.assignments.select_related("task"):
        fact = told[str(drawn.public_id)]
        assert (fact["task_id"], fact["version"]) == (str(drawn.task.public_id), 3)
        assert UUID(fact["account_id"]) == drawn.account_id == drawn.task.assignee_id
        assert fact["shuffle_id"] == str(run.pk)
    assert published("tasks.shuffle_completed")[0]["count"] == 5


def test_it_is_one_chain_of_the_person_who_pressed(
    worker: User, manager: User, make_tasks: MakeTasks
) -> None:
    make_tasks(2)
    run = finish(shuffle.start(manager.public_id))
    of_the_run = OutboxEvent.objects.filter(data__shuffle_id=str(run.pk))
    assert of_the_run.count() == 3
    origins = set(of_the_run.values_list("actor", "correlation_id"))
    assert origins == {(manager.public_id, run.correlation_id)}


def test_it_leaves_completed_tasks_alone(worker: User, make_tasks: MakeTasks) -> None:
    done, _ = make_tasks(2)
    done.complete(worker.public_id)
    run = finish(shuffle.start(None))
    assert (run.total, run.drawn) == (1, 1)
    assert Task.objects.get(pk=done.pk).version == 3


def test_it_leaves_tasks_alone_that_came_after_it_began(
    worker: User, make_tasks: MakeTasks
) -> None:
    make_tasks(2)
    run = shuffle.start(None)
    [later] = make_tasks(1)
    assert finish(run).drawn == 2
    assert later.assignments.count() == 1


def test_it_says_how_many_were_completed_in_between(
    worker: User, make_tasks: MakeTasks, small_batches: None
) -> None:
    tasks = make_tasks(6)
    run = shuffle.start(None)
    shuffle.go_on(run.pk, seconds=0)
    tasks[-1].complete(worker.public_id)
    run = finish(run)
    assert (run.status, run.total, run.done, run.drawn) == ("completed", 6, 6, 5)


def test_it_goes_on_where_it_was_killed(
    worker: User, make_tasks: MakeTasks, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tasks(7)
    run = shuffle.start(None)
    shuffle.go_on(run.pk, seconds=0)
    with monkeypatch.context() as broken:
        broken.delattr(events, "tasks_assigned")
        with pytest.raises(AttributeError):
            shuffle.go_on(run.pk)
    assert run.assignments.count() == 3
    assert finish(run).drawn == 7
    assert Assignment.objects.filter(shuffle=run).values("task").distinct().count() == 7


def test_it_ends_at_once_when_there_is_nothing_to_draw(worker: User) -> None:
    run = shuffle.start(None)
    assert (run.status, run.total) == ("completed", 0)
    assert published("tasks.shuffle_completed")[0]["count"] == 0


def test_it_changes_nothing_when_nobody_is_eligible(worker: User, make_tasks: MakeTasks) -> None:
    make_tasks(1)
    Account.objects.update(is_active=False)
    with pytest.raises(NobodyToAssign):
        shuffle.start(None)
    assert not ShuffleRun.objects.exists()


def test_it_fails_plainly_when_everybody_leaves_meanwhile(
    worker: User, make_tasks: MakeTasks, small_batches: None
) -> None:
    make_tasks(5)
    run = shuffle.start(None)
    shuffle.go_on(run.pk, seconds=0)
    Account.objects.update(is_active=False)
    run = finish(run)
    assert (run.status, run.failure, run.drawn) == ("failed", "nobody", 3)


def test_it_gives_the_one_that_runs(worker: User, make_tasks: MakeTasks) -> None:
    make_tasks(1)
    assert shuffle.start(None, key="a") == shuffle.start(None, key="b")


def test_it_gives_the_same_for_the_same_press(worker: User, make_tasks: MakeTasks) -> None:
    make_tasks(1)
    run = finish(shuffle.start(None, key="a"))
    assert shuffle.start(None, key="a") == run
    assert shuffle.start(None, key="b") != run


def test_a_press_that_joined_one_begins_none_when_it_is_repeated(
    worker: User, make_tasks: MakeTasks
) -> None:
    make_tasks(1)
    run = shuffle.start(None, key="a")
    assert shuffle.start(None, key="b") == run
    finish(run)
    assert shuffle.start(None, key="b") == run
    assert ShuffleRun.objects.count() == 1


def test_the_database_allows_one_at_a_time(worker: User, make_tasks: MakeTasks) -> None:
    make_tasks(1)
    shuffle.start(None)
    with pytest.raises(IntegrityError), transaction.atomic():
        ShuffleRun.objects.create()


@pytest.mark.django_db(transaction=True)
def test_it_is_one_for_two_presses_at_once(
    worker: User, make_tasks: MakeTasks, meanwhile: Meanwhile
) -> None:
    make_tasks(3)
    with transaction.atomic():
        first = shuffle.start(None, key="a")
        second = meanwhile(shuffle.start, None, "b")
        somebody_waits_for_a_lock()
    assert second.result() == first
    assert ShuffleRun.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_worker_at_a_time_has_it(
    worker: User, make_tasks: MakeTasks, meanwhile: Meanwhile
) -> None:
    make_tasks(3)
    run = shuffle.start(None)
    with transaction.atomic():
        ShuffleRun.objects.claim(run.pk)
        meanwhile(shuffle.go_on, run.pk).result()
    assert not run.assignments.exists()


@pytest.mark.django_db(transaction=True)
def test_several_workers_draw_each_task_once(
    worker: User, make_tasks: MakeTasks, meanwhile: Meanwhile, small_batches: None
) -> None:
    make_tasks(60)
    run = shuffle.start(None)
    for going in [meanwhile(shuffle.go_on, run.pk) for _ in range(4)]:
        going.result()
    assert finish(run).drawn == run.assignments.count() == 60


@pytest.mark.django_db(transaction=True)
def test_it_leaves_a_task_alone_that_is_being_completed(
    worker: User, make_tasks: MakeTasks, meanwhile: Meanwhile
) -> None:
    tasks = make_tasks(3)
    run = shuffle.start(None)
    with transaction.atomic():
        tasks[1].complete(worker.public_id)
        going = meanwhile(shuffle.go_on, run.pk)
        somebody_waits_for_a_lock()
    going.result()
    assert Task.objects.get(pk=tasks[1].pk).version == 3
    assert run.assignments.count() == 2


def test_one_that_breaks_is_logged_and_goes_on_later(
    worker: User,
    make_tasks: MakeTasks,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    make_tasks(1)
    run = shuffle.start(None)
    with monkeypatch.context() as patch:
        patch.setattr(shuffle, "_ASSIGNED", "assigned AS (SELECT FROM nowhere)")
        shuffle.go_on_with_all()
    assert f"shuffle {run.pk} broke" in caplog.text
    shuffle.go_on_with_all()
    run.refresh_from_db()
    assert run.is_completed


def test_it_stops_between_batches(worker: User, make_tasks: MakeTasks, small_batches: None) -> None:
    make_tasks(5)
    run = shuffle.start(None)
    shuffle.go_on(run.pk, seconds=0)
    assert run.cancel()
    assert (finish(run).status, run.drawn) == ("cancelled", 3)
    assert not run.cancel()
    assert not published("tasks.shuffle_completed")
