"""The business day is the calendar day of a zone: 23, 24 or 25 hours, and never a gap (B6)."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from pytest_django.fixtures import Settings
from uuid_utils.compat import uuid7

from billing_app import closing
from billing_app.models import BusinessDay, Entry, Payout
from billing_app.proofs import prove
from messaging.business_day import business_day
from messaging.event import Impossible
from messaging.inbox import apply, deliver, read
from tests.billing_app.facts import assigned, completed, days_ago

pytestmark = pytest.mark.django_db


def half_hours(zone: str, first: date, days: int) -> list[datetime]:
    """Every half hour from the beginning of the first day to the end of the last."""
    tz = ZoneInfo(zone)
    start = datetime.combine(first, datetime.min.time(), tz).astimezone(UTC)
    end = datetime.combine(first + timedelta(days), datetime.min.time(), tz).astimezone(UTC)
    return [
        start + timedelta(minutes=30) * n for n in range((end - start) // timedelta(minutes=30))
    ]


def last_day_of(zone: str, halves: int) -> date:
    """The last day that had so many half hours, and that the day after is over too."""
    days = (days_ago(back).date() for back in range(3, 390))
    return next(day for day in days if len(half_hours(zone, day, 1)) == halves)


def differences() -> list[str]:
    return [check.name for check in prove() if not check.ok]


@pytest.mark.parametrize(
    ("zone", "halves"),
    [
        ("Europe/Berlin", 46),
        ("Europe/Berlin", 50),
        ("America/New_York", 46),
        ("America/New_York", 50),
        ("Asia/Beirut", 46),  # its midnight does not exist
        ("Australia/Lord_Howe", 49),  # half an hour of summer
        ("Europe/Moscow", 48),
    ],
)
def test_every_half_hour_falls_on_its_day(zone: str, halves: int, settings: Settings) -> None:
    settings.BUSINESS_TIME_ZONE = zone
    day = last_day_of(zone, halves)
    before = day - timedelta(days=1)
    moments, worker = half_hours(zone, before, 3), uuid7()
    deliver("billing", [assigned(uuid7(), worker, moment) for moment in moments])
    assert Counter(Entry.objects.values_list("day", flat=True)) == {
        before: 48,
        day: halves,
        day + timedelta(days=1): 48,
    }
    assert all(entry.day == business_day(entry.occurred_at) for entry in Entry.objects.all())
    for closed in (before, day, day + timedelta(days=1)):
        closing.close(closed, by=None)
    assert BusinessDay.objects.get(pk=day).entries == halves
    assert differences() == []


def test_a_new_zone_leaves_the_days_of_what_was_booked(settings: Settings) -> None:
    moment = days_ago(3).replace(hour=20)
    deliver("billing", [assigned(uuid7(), uuid7(), moment)])
    settings.BUSINESS_TIME_ZONE = "Pacific/Auckland"
    deliver("billing", [assigned(uuid7(), uuid7(), moment)])
    days = list(Entry.objects.order_by("id").values_list("day", flat=True))
    assert days == [moment.date(), moment.date() + timedelta(days=1)]
    closing.close_finished_days()
    assert differences() == []


def test_a_zone_further_west_closes_no_day_twice(settings: Settings) -> None:
    settings.BUSINESS_TIME_ZONE = "Pacific/Kiritimati"
    task, worker = uuid7(), uuid7()
    deliver("billing", [assigned(task, worker, days_ago(2)), completed(task, worker, days_ago(2))])
    deliver("billing", [completed(uuid7(), worker, days_ago(2))])  # in the black at any price
    closed = closing.close_finished_days()
    settings.BUSINESS_TIME_ZONE = "Pacific/Pago_Pago"  # 25 hours behind
    assert closing.close_finished_days() == []
    deliver("billing", [assigned(uuid7(), worker, datetime.now(UTC))])
    assert Entry.objects.latest("id").day > max(closed)
    assert Payout.objects.count() == 1
    assert differences() == []


def test_days_follow_each_other_from_the_first_to_tomorrow(settings: Settings) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Berlin"
    first = days_ago(399)
    deliver("billing", [assigned(uuid7(), uuid7(), first)])
    days = list(BusinessDay.objects.order_by("day").values_list("day", flat=True))
    assert days == [business_day(first) + timedelta(days=n) for n in range(len(days))]
    assert days[-1] > business_day(datetime.now(UTC))


def test_a_day_long_past_opens_no_calendar() -> None:
    event = read("billing", assigned(uuid7(), uuid7(), datetime(1970, 1, 1, tzinfo=UTC)))
    with pytest.raises(Impossible, match="lies too far in the past"):
        apply("billing", [event])
    assert not BusinessDay.objects.exists()


def test_seals_hold_however_the_connection_writes_dates() -> None:
    task, worker = uuid7(), uuid7()
    deliver("billing", [assigned(task, worker), completed(task, worker)])
    closing.close(business_day(datetime.now(UTC)), by=None, early=True)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL datestyle = 'German'")
    assert differences() == []
