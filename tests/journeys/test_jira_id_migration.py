"""The change of titles by its real commands, while everything runs (docs/migrations, E2)."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection

from analytics_app.models import Task as AnalyticsTask
from billing_app.models import Entry, Kind
from billing_app.models import Task as BillingTask
from billing_app.proofs import prove
from messaging.models import DeadLetter
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
            assert f"{PORTION} titles split" in assert_done(manage("split_titles", "--write"))
    assert_done(manage("migrate", "tasks_app", **owner))
    system.settle(timeout=120)
    all_is_well()
    refused = manage("event_versions", "--can-retire", NAME, "1")
    assert refused.returncode == 1
    assert f"told {3 * PORTION} times in the last week" in refused.stderr


def assert_done(process: "subprocess.CompletedProcess[str]") -> str:
    assert process.returncode == 0, process.stderr
    return process.stdout


def all_is_well() -> None:
    """Nothing is lost, doubled or refused, and everybody calls every task the same."""
    assert not DeadLetter.objects.exists()
    drawn = sorted(Assignment.objects.values_list("public_id", flat=True))
    fees = Entry.objects.filter(kind=Kind.FEE).values_list("source_id", flat=True)
    assert (len(drawn), sorted(fees)) == (4 * PORTION, drawn)
    assert [check.name for check in prove() if not check.ok] == []
    assert called(Task) == called(BillingTask) == called(AnalyticsTask)
    assert not any("[" in title or not key for title, key in called(Task).values())
