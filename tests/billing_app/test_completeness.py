"""Whether everything that the tracker counted is booked: what no sum of the ledger can show."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from auth_app.models import User
from billing_app import closing
from billing_app.models import ControlTotal
from billing_app.proofs import Check, prove
from messaging.business_day import today
from messaging.inbox import deliver as receive
from messaging.models import OutboxDelivery
from tasks_app.counting import count_days
from tasks_app.models import Task
from tests.billing_app.facts import days_ago, envelope
from tests.delivery import deliver_everything

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(minutes=20)


def work(days: float = 2) -> None:
    task = Task.create(title="Feed the parrot", at=days_ago(days))
    task.complete(task.assignee_id, at=days_ago(days))


def count(at: datetime | None = None) -> None:
    count_days(now=at or datetime.now(UTC) - LONG_AGO)
    deliver_everything()


def lose(name: str) -> None:
    """As if billing had never heard of it, and nobody knew."""
    OutboxDelivery.objects.filter(event__event_name=name, consumer="billing").delete()


def refuted() -> dict[str, Check]:
    return {check.key: check for check in prove() if not check.ok}


def counted(version: int, assignments: int) -> dict[str, Any]:
    data = {
        "day": "2026-11-22",
        "zone": "UTC",
        "assignments": assignments,
        "assignments_checksum": "-5",
        "completions": 0,
        "completions_checksum": "0",
        "version": version,
    }
    return envelope("tasks.day_counted", data)


def test_a_complete_ledger_is_proved(worker: User) -> None:
    work()
    work(days=4)
    count()
    assert ControlTotal.objects.count() >= 3
    assert refuted() == {}


@pytest.mark.parametrize(
    ("event", "claim"),
    [("tasks.task_assigned", "assignments"), ("tasks.task_completed", "completions")],
)
def test_a_lost_event_is_found(worker: User, event: str, claim: str) -> None:
    work()
    lose(event)
    count()
    assert list(refuted()) == [claim]
    (difference,) = refuted()[claim].found
    assert difference["day"] == today() - timedelta(days=2)
    assert (difference["here"][:3], difference["there"][:3]) == ("0 (", "1 (")


def test_an_event_that_was_swapped_for_another_is_found(worker: User) -> None:
    work()
    count()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE billing_app_entry SET source_id = gen_random_uuid() WHERE kind = 1")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert "assignments" in refuted()


def test_what_is_still_under_way_is_no_difference(worker: User) -> None:
    work()
    lose("tasks.task_assigned")
    count(at=datetime.now(UTC))
    assert refuted() == {}


def test_the_day_is_the_day_on_which_it_happened(worker: User) -> None:
    """Not the one in which it is booked."""
    work(days=3)
    deliver_everything()
    closing.close_finished_days()
    work()
    count()
    assert refuted() == {}


def test_only_a_newer_count_replaces_an_older_one() -> None:
    receive("billing", [counted(2, assignments=7)])
    receive("billing", [counted(1, assignments=5), counted(3, assignments=8), counted(2, 7)])
    assert ControlTotal.objects.get().assignments == 8
