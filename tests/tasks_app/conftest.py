"""What tests of tasks need again and again: some tasks, and two people acting at once."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any, Protocol

import pytest
from django.db import connection

from auth_app.models import User
from tasks_app.models import Task

PATIENCE = 10


class MakeTasks(Protocol):
    def __call__(self, count: int, for_: User | None = None) -> list[Task]: ...


Meanwhile = Callable[..., "Future[Any]"]


@pytest.fixture
def make_tasks(worker: User) -> MakeTasks:
    """Open tasks, oldest first; `for_` somebody, whoever was drawn."""

    def make(count: int, for_: User | None = None) -> list[Task]:
        tasks = [Task(title=f"Task {number}") for number in range(1, count + 1)]
        Task.create_all(tasks)
        if for_:
            Task.objects.filter(pk__in=[task.pk for task in tasks]).update(assignee=for_.public_id)
        return list(Task.objects.filter(pk__in=[task.pk for task in tasks]).order_by("pk"))

    return make


@pytest.fixture
def meanwhile() -> Any:
    """Run something on a connection of its own: `meanwhile(task.complete, worker.public_id)`."""
    with ThreadPoolExecutor(4) as pool:
        yield lambda act, *args: pool.submit(_act, act, *args)


def somebody_waits_for_a_lock() -> None:
    until = monotonic() + PATIENCE
    while not _waiting():
        assert monotonic() < until, "nobody waits"
        sleep(0.01)


def _act(act: Callable[..., Any], *args: Any) -> Any:
    try:
        return act(*args)
    finally:
        connection.close()


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])
