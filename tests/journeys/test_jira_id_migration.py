"""The change of titles by its real commands, while everything runs (docs/migrations, E2)."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection

from analytics_app.models import Task as AnalyticsTask
from billing_app.models import Entry, Kind
from billing_app.models import Task as BillingTask
from billing_app.proofs import prove
from messaging.context import acting
from messaging.models import DeadLetter
from tasks_app import shuffle
from tasks_app.models import Assignment, Task
from tests.event_schemas.rehearsal import NAME, REAL, called
from tests.journeys.conftest import Known
from tests.running import Running
from tests.tasks_app import old_tracker

PORTION = 60
Manage = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def manage(system: Running) -> Manage:
    """`manage("split_titles", "--write", told="1,2")`: a process of its own, as at a terminal."""

    def run(*arguments: str, told: str = "2", **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=configured.BASE_DIR,
            env=system.environment | more | {"TASK_CREATED_VERSIONS": told},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def owner(system: Running) -> dict[str, str]:
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    return {"DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}"}


@pytest.fixture
def old_tasks(known: Known, manage: Manage, owner: dict[str, str], settings: Any) -> Iterator[None]:
    """A table from before the change, and tasks of then whose events are on their way."""
    for name in ("Ara", "Lori", "Nestor"):
        known(name)
    assert_done(manage("migrate", "tasks_app", old_tracker.OPEN, **owner))
    settings.VERSIONS_TOLD = {NAME: [1]}
    old_tracker.create(REAL[:PORTION])
    yield
    Task.objects.filter(title__contains="[").update(title="given up")
    assert_done(manage("migrate", "tasks_app", **owner))


@pytest.mark.usefixtures("old_tasks")
def test_the_commands_bring_a_running_system_to_version_2(
    system: Running, manage: Manage, owner: dict[str, str], tmp_path: Path
) -> None:
    for step, told in enumerate(("1", "1,2", "2"), start=1):
        file = tmp_path / f"{step}.txt"
        file.write_text("\n".join(REAL[PORTION * step : PORTION * (step + 1)]))
        system.kill("worker-billing")
        assert_done(manage("import_tasks", str(file), told=told))
        system.start("worker-billing")
        if told == "1,2":
            with people_at_work() as made:
                assert f"{PORTION} titles split" in assert_done(manage("split_titles", "--write"))
    assert_done(manage("migrate", "tasks_app", **owner))
    system.settle(timeout=120)
    assert made
    all_is_well(4 * PORTION + len(made))
    refused = manage("event_versions", "--can-retire", NAME, "1")
    assert refused.returncode == 1
    assert f"told {3 * PORTION + len(made)} times in the last week" in refused.stderr


@contextmanager
def people_at_work() -> Iterator[list[Task]]:
    """They create and complete tasks and have them drawn anew, until it is over; what they made."""
    made, failed, over = list[Task](), list[Exception](), threading.Event()

    def work() -> None:
        try:
            while not over.wait(0.05):
                with acting():
                    made.append(Task.create(title="Sweep below the perch", jira_id="LOAD-1"))
                    if len(made) % 2:
                        made[-1].complete(made[-1].assignee_id)
                    if len(made) % 10 == 3:
                        shuffle.go_on(shuffle.start(by=None).pk)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield made
    finally:
        over.set()
        thread.join()
    assert failed == []


def assert_done(process: "subprocess.CompletedProcess[str]") -> str:
    assert process.returncode == 0, process.stderr
    return process.stdout


def all_is_well(tasks: int) -> None:
    """Nothing is lost, doubled or refused, and everybody calls every task the same."""
    assert not DeadLetter.objects.exists()
    drawn = sorted(Assignment.objects.values_list("public_id", flat=True))
    fees = Entry.objects.filter(kind=Kind.FEE).values_list("source_id", flat=True)
    assert Task.objects.count() == tasks
    assert sorted(fees) == drawn
    assert [check.name for check in prove() if not check.ok] == []
    assert called(Task) == called(BillingTask) == called(AnalyticsTask)
    assert not any("[" in title or not key for title, key in called(Task).values())
