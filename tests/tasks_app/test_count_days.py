"""Control totals: each day that is over is counted and told, again when the count has changed."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from auth_app.models import User
from messaging.business_day import business_day, today
from tasks_app.counting import count_days
from tasks_app.models import Assignment, DayCount, Task
from tests.delivery import published

pytestmark = pytest.mark.django_db


def work(on: datetime, complete: bool = True) -> Task:
    task = Task.create(title="Feed the parrot", at=on)
    if complete:
        task.complete(task.assignee_id, at=on)
    return task


def ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def noon() -> datetime:
    """Well into the day, whatever the clock says."""
    return datetime.combine(today(), time(12), UTC)


def checksum(ids: list[UUID | None]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(hashtextextended(id::text, 0)), 0) FROM unnest(%s::uuid[]) AS id",
            [ids],
        )
        return str(cursor.fetchone()[0])


def test_it_tells_what_was_counted_on_a_day(worker: User) -> None:
    done, undone = work(ago(1)), work(ago(1), complete=False)
    assert [count.day for count in count_days(noon())] == [today() - timedelta(days=1)]
    drawn = Assignment.objects.filter(task__in=[done, undone])
    assert published("tasks.day_counted") == [
        {
            "day": str(today() - timedelta(days=1)),
            "zone": "UTC",
            "assignments": 2,
            "assignments_checksum": checksum(list(drawn.values_list("public_id", flat=True))),
            "completions": 1,
            "completions_checksum": checksum([done.completion_id]),
            "version": 1,
        }
    ]


def test_it_counts_the_days_without_work_too(worker: User) -> None:
    work(ago(3))
    counts = {count.day: (count.assignments, count.completions) for count in count_days(noon())}
    assert counts == {
        today() - timedelta(days=3): (1, 1),
        today() - timedelta(days=2): (0, 0),
        today() - timedelta(days=1): (0, 0),
    }


def test_it_counts_no_day_that_is_not_over(worker: User) -> None:
    work(datetime.now(UTC))
    assert count_days(noon()) == []


def test_it_tells_nothing_twice(worker: User) -> None:
    work(ago(2))
    count_days(noon())
    assert count_days(noon()) == []
    assert len(published("tasks.day_counted")) == 2


def test_a_late_change_makes_a_new_version(worker: User) -> None:
    work(ago(1))
    count_days(noon())
    work(ago(1), complete=False)
    assert [
        (count.version, count.assignments, count.completions) for count in count_days(noon())
    ] == [(2, 2, 1)]


def test_a_day_begins_and_ends_in_the_business_zone(worker: User, settings: Settings) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Berlin"
    work(datetime(2026, 3, 28, 22, 59, tzinfo=UTC), complete=False)  # 23:59 in Berlin
    work(datetime(2026, 3, 29, 21, 59, tzinfo=UTC), complete=False)  # 23:59 on a day of 23 hours
    work(datetime(2026, 3, 29, 22, 0, tzinfo=UTC), complete=False)
    count_days(now=datetime(2026, 3, 31, 0, 0, tzinfo=UTC))
    counts = DayCount.objects.order_by("day").values_list("day__day", "assignments")
    assert list(counts) == [(28, 1), (29, 1), (30, 1)]


def test_nothing_is_counted_of_an_empty_tracker(db: None) -> None:
    assert count_days(noon()) == []


@pytest.mark.parametrize("minutes", [-1, 1, 59, 61])
def test_where_midnight_comes_twice_it_counts_the_days_as_the_ledger_books_them(
    minutes: int, settings: Settings, worker: User
) -> None:
    """In Havana the clock strikes one and is set back to midnight."""
    settings.BUSINESS_TIME_ZONE = "America/Havana"
    first_midnight = datetime(2026, 11, 1, 4, tzinfo=UTC)
    at = first_midnight + timedelta(minutes=minutes)
    work(at)
    counts = {count.day: count for count in count_days(datetime(2026, 11, 5, 12, tzinfo=UTC))}
    here = {day for day, count in counts.items() if count.assignments}
    assert here == {business_day(at)}
    assert {day for day, count in counts.items() if count.completions} == here
