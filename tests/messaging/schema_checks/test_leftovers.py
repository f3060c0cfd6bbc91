"""A version can't leave the registry while events of it lie anywhere in the database."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from auth_app.models import User
from messaging import dead_letters, giving_up, inbox
from messaging.event import Impossible
from messaging.models import DeadLetter, InboxWaiting, OutboxEvent
from messaging.schema_checks import leftovers
from tasks_app.models import Task
from tests.delivery import deliver_everything, on_the_wire
from tests.messaging.conftest import Copy, forget

CREATED = "tasks.task_created"
pytestmark = pytest.mark.django_db
Retire = Callable[..., None]


@pytest.fixture
def told(worker: User) -> None:
    """A task that everybody has been told of in version 2."""
    Task.create(title="Feed the parrot")


@pytest.fixture
def retire(copy: Copy) -> Retire:
    """The registry of the version that would be deployed: without version 2."""

    def without(*versions: int) -> None:
        def drop(registry: dict[str, Any]) -> None:
            left = [version for version in (1, 2) if version not in versions]
            registry[CREATED].update(versions=left, retired=list(versions))

        copy.change("registry.json", drop)
        forget()

    return without


def test_nothing_is_left_of_registered_versions(told: None) -> None:
    assert leftovers.problems() == []
    call_command("check_schemas", "--database")


def test_events_on_their_way_and_in_the_log_are_seen(told: None, retire: Retire) -> None:
    retire(2)
    assert set(leftovers.problems()) == {
        f"{CREATED} version 2 is not registered, and some are kept in the event log",
        f"{CREATED} version 2 is not registered, and 1 is on their way to billing",
        f"{CREATED} version 2 is not registered, and 1 is on their way to analytics",
    }


def test_what_is_delivered_is_still_kept(told: None, retire: Retire) -> None:
    deliver_everything()
    retire(2)
    [problem] = leftovers.problems()
    assert problem.endswith("some are kept in the event log")


def test_dead_letters_and_waiting_events_are_seen(told: None, retire: Retire) -> None:
    [envelope] = [e for e in on_the_wire("billing") if e["event_name"] == CREATED]
    dead_letters.park("billing", envelope, Impossible("the perch is broken"))
    InboxWaiting.objects.create(
        consumer="billing", event_id=envelope["event_id"], envelope=envelope, key="task:1"
    )
    retire(2)
    found = "\n".join(leftovers.problems())
    assert "1 is dead letters of billing" in found
    assert "1 is waiting at billing" in found


def test_letters_that_may_still_be_restored_are_seen(told: None, retire: Retire) -> None:
    [envelope] = [e for e in on_the_wire("billing") if e["event_name"] == CREATED]
    dead_letters.park("billing", envelope, Impossible("the perch is broken"))
    giving_up.discard(DeadLetter.objects.all(), "no more perches")
    retire(2)
    assert any("1 is dead letters of billing" in line for line in leftovers.problems())
    long_ago = timezone.now() - timedelta(days=giving_up.UNDO_DAYS, minutes=1)
    DeadLetter.objects.update(resolved_at=long_ago)
    assert not any("dead letters" in line for line in leftovers.problems())


def test_it_can_be_asked_before_a_version_leaves(
    told: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="3 problems"):
        call_command("check_schemas", "--database", "--without", CREATED, "2")
    assert f"{CREATED} version 2 would not be registered, and" in capsys.readouterr().err
    call_command("check_schemas", "--database", "--without", CREATED, "1")


@pytest.mark.parametrize(
    "asked",
    [
        ["--without", CREATED, "1"],
        ["--database", "--without", CREATED, "3"],
        ["--database", "--without", "tasks.eaten", "1"],
        ["--database", "--without", CREATED, "one"],
    ],
)
def test_what_makes_no_sense_is_refused(asked: list[str]) -> None:
    with pytest.raises(CommandError, match=r"--without goes|there is no version"):
        call_command("check_schemas", *asked)


def test_rubbish_among_the_dead_letters_is_no_event(retire: Retire) -> None:
    inbox.deliver("billing", [{"event_name": "tasks.eaten", "event_version": 3}])
    retire(2)
    assert DeadLetter.objects.count() == 1
    assert leftovers.problems() == []


def test_the_command_fails_before_a_deployment(told: None, retire: Retire) -> None:
    retire(2)
    with pytest.raises(CommandError, match="3 problems"):
        call_command("check_schemas", "--database")


def test_a_release_asks_before_it_migrates() -> None:
    procfile = (Path(settings.BASE_DIR) / "Procfile").read_text()
    [release] = [line for line in procfile.splitlines() if line.startswith("release:")]
    assert "manage.py check_schemas --database && python manage.py migrate" in release


def test_an_older_program_notices_what_a_newer_one_has_told(told: None, copy: Copy) -> None:
    copy.change("registry.json", lambda registry: registry.pop(CREATED))
    forget()
    assert any(line.startswith(f"{CREATED} version 2") for line in leftovers.problems())


def test_a_database_without_tables_holds_nothing(retire: Retire) -> None:
    retire(2)
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TABLE inbox_waiting, outbox_delivery, outbox_event, dead_letter CASCADE"
        )
    assert leftovers.problems() == []


def test_the_log_is_asked_by_an_index(told: None) -> None:
    assert OutboxEvent.objects.exists()
    with connection.cursor() as cursor:
        for other_way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{other_way} = off")
        cursor.execute(f"EXPLAIN {leftovers._KEPT}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert plan.count("outbox_event_by_version") == 2
    assert "Sort" not in plan
    assert "Seq Scan" not in plan
