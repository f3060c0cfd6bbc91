"""Which versions of `tasks.task_created` the tracker tells is a setting of the migration (E2)."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings as configured

from analytics_app.models import Task as AnalyticsTask
from auth_app.models import User
from billing_app.models import Entry, Price, Reconciliation
from billing_app.models import Task as BillingTask
from billing_app.reconciling import reconcile
from messaging.models import DeadLetter, OutboxEvent
from tasks_app import importing, task_files
from tasks_app.models import Task
from tests.delivery import deliver_everything, published

NAME = "tasks.task_created"
EACH = [[1], [1, 2], [2]]


def told() -> list[int]:
    created = OutboxEvent.objects.filter(event_name=NAME).order_by("event_version")
    return list(created.values_list("event_version", flat=True))


@pytest.mark.parametrize("versions", EACH)
def test_it_tells_the_versions_it_is_told_to(
    versions: list[int], worker: User, settings: Any
) -> None:
    settings.VERSIONS_TOLD = {NAME: versions}
    Task.create(title="Change the green", jira_id="UBERPOP-42")
    assert told() == versions


def test_version_1_carries_the_key_in_the_title(worker: User, settings: Any) -> None:
    settings.VERSIONS_TOLD = {NAME: [1]}
    Task.create(title="Change the green", jira_id="UBERPOP-42")
    Task.create(title="Change the blue")
    titles = [data["title"] for data in published(NAME)]
    assert titles == ["[UBERPOP-42] — Change the green", "Change the blue"]


@pytest.mark.parametrize("versions", EACH)
def test_an_import_tells_them_of_every_task(
    versions: list[int], worker: User, settings: Any
) -> None:
    settings.VERSIONS_TOLD = {NAME: versions}
    lines = "\n".join(f"[A-{number}] - Task {number}" for number in range(30))
    importing.go_on(importing.start(task_files.read(lines.encode(), "a.txt")).pk)
    assert told() == sorted(versions * 30)


@pytest.mark.parametrize("versions", EACH)
def test_every_service_has_the_task_once_and_alike(
    versions: list[int], worker: User, settings: Any
) -> None:
    settings.VERSIONS_TOLD = {NAME: versions}
    task = Task.create(title="— Change the green", jira_id="UBERPOP-42")
    deliver_everything()
    for kept in (BillingTask.objects.get(), AnalyticsTask.objects.get()):
        assert (kept.title, kept.jira_id) == (task.title, task.jira_id)
    assert (Price.objects.count(), Entry.objects.count()) == (1, 1)
    assert reconcile(Reconciliation.Why.PERSON).ok
    assert not DeadLetter.objects.exists()


@pytest.mark.parametrize("nonsense", ["", "3", "2,1", "1,1", "x", "1;2"])
def test_it_does_not_start_with_nonsense(nonsense: str) -> None:
    started = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=configured.BASE_DIR,
        env=os.environ | {"TASK_CREATED_VERSIONS": nonsense},
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode != 0
    assert "TASK_CREATED_VERSIONS is 1, or 1,2, or 2" in started.stderr
