"""The backfill: keys of old titles go where keys are, once, whatever stops it (E2)."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from auth_app.models import User
from messaging.models import OutboxEvent
from tasks_app import splitting
from tasks_app.models import FormerTitle, Task
from tests.tasks_app import old_tracker

TITLES = Path(__file__).parent.parent / "data" / "flume_task_titles.txt"
OLD = ["[A-1] — One", "[ПОПУГ-2]: Два", "Fix [this]", "[A-3]", "Nothing to do"]
NEW = [("One", "A-1"), ("Два", "ПОПУГ-2"), ("Fix (this)", ""), ("A-3", "A-3")]
NEW += [("Nothing to do", "")]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _before_the_change(worker: User, settings: Any) -> None:
    settings.VERSIONS_TOLD = {"tasks.task_created": [1]}
    old_tracker.migrate(old_tracker.OPEN)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("split_titles", *arguments, stdout=out)
    return out.getvalue()


def rows() -> list[tuple[str, str]]:
    return list(Task.objects.order_by("pk").values_list("title", "jira_id"))


def test_it_splits_what_holds_brackets_and_keeps_the_title_it_was() -> None:
    old_tracker.create(OLD)
    assert "4 titles split" in run("--write")
    assert rows() == NEW
    assert list(FormerTitle.objects.order_by("pk").values_list("title", flat=True)) == OLD[:4]


def test_without_being_told_to_it_only_says_what_it_would_do() -> None:
    old_tracker.create(OLD)
    said = run()
    assert "'[ПОПУГ-2]: Два' → ПОПУГ-2 | Два" in said
    assert "4 titles to split: 3 with a key, 1 only lose their brackets" in said
    assert [title for title, _ in rows()] == OLD


def test_it_lists_every_change_when_asked() -> None:
    old_tracker.create(f"[A-{number}] x" for number in range(12))
    assert (run().count("→"), run("--list").count("→")) == (10, 12)


def test_a_second_run_finds_nothing() -> None:
    old_tracker.create(OLD)
    run("--write")
    assert run("--write") == "Nothing to do.\n"
    assert rows() == NEW


def test_killed_between_portions_it_is_simply_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "BATCH", 2)
    old_tracker.create(OLD)
    next(splitting.split())
    assert (rows()[:2], rows()[2:4]) == (NEW[:2], [(title, "") for title in OLD[2:4]])
    run("--write")
    assert rows() == NEW


def test_nobody_is_told() -> None:
    """They split the same titles at their border; an event for each would be a storm."""
    old_tracker.create(OLD)
    before = OutboxEvent.objects.count()
    run("--write")
    assert OutboxEvent.objects.count() == before
    assert set(Task.objects.values_list("version", flat=True)) == {2}


def test_undone_every_title_is_as_it_was() -> None:
    old_tracker.create(OLD)
    run("--write")
    assert "4 titles given back" in run("--undo")
    assert rows() == [(title, "") for title in OLD]
    assert not FormerTitle.objects.exists()


def test_it_asks_little_for_a_thousand_titles() -> None:
    old_tracker.create(TITLES.read_text().splitlines())
    with CaptureQueriesContext(connection) as asked:
        assert "1150 titles split" in run("--write")
    assert len(asked) <= 14
    assert not splitting.unsplit().exists()


def test_the_door_closes_behind_it() -> None:
    old_tracker.create(OLD)
    with pytest.raises(CommandError, match="4 titles hold brackets"):
        old_tracker.migrate(old_tracker.CLOSED)
    run("--write")
    old_tracker.migrate(old_tracker.CLOSED)
    with pytest.raises(IntegrityError), transaction.atomic():
        old_tracker.create(["[A-4] Four"])


def test_while_the_door_is_closed_nothing_is_undone() -> None:
    old_tracker.create(OLD)
    run("--write")
    old_tracker.migrate(old_tracker.CLOSED)
    with pytest.raises(CommandError, match="migrate tasks_app 0031"), transaction.atomic():
        run("--undo")
    assert rows() == NEW


def test_an_old_task_can_be_completed_before_it_is_split(worker: User) -> None:
    [task] = old_tracker.create(["[A-1] — One"])
    assert task.complete(worker.public_id)
    run("--write")
    task.refresh_from_db()
    assert (task.title, task.jira_id, task.status) == ("One", "A-1", "completed")
