"""The business day is the calendar day of a zone: 23, 24 or 25 hours, and never a gap (B6)."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pytest_django.fixtures import Settings
from uuid_utils.compat import uuid7

from billing_app import closing
from billing_app.models import BusinessDay, Entry, Payout
from billing_app.proofs import prove
from messaging.business_day import business_day
from messaging.inbox import deliver
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


def differences() -> list[str]:
    return [check.name for check in prove() if not check.ok]


@pytest.mark.parametrize(
    ("zone", "day", "halves"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 46),
        ("Europe/Berlin", date(2026, 10, 25), 50),
        ("America/New_York", date(2026, 3, 8), 46),
        ("America/New_York", date(2025, 11, 2), 50),
        ("Asia/Beirut", date(2026, 3, 29), 46),  # its midnight does not exist
        ("Australia/Lord_Howe", date(2026, 4, 5), 49),  # half an hour of summer
        ("Europe/Moscow", date(2024, 2, 29), 48),
    ],
)
def test_every_half_hour_falls_on_its_day(
    zone: str, day: date, halves: int, settings: Settings
) -> None:
    settings.BUSINESS_TIME_ZONE = zone
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
    closed = closing.close_finished_days()
    settings.BUSINESS_TIME_ZONE = "Pacific/Pago_Pago"  # 25 hours behind
    assert closing.close_finished_days() == []
    deliver("billing", [assigned(uuid7(), worker, datetime.now(UTC))])
    assert Entry.objects.latest("id").day > max(closed)
    assert Payout.objects.count() == 1
    assert differences() == []


def test_days_follow_each_other_from_the_first_to_tomorrow(settings: Settings) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Berlin"
    deliver("billing", [assigned(uuid7(), uuid7(), datetime(2024, 2, 28, 12, tzinfo=UTC))])
    days = list(BusinessDay.objects.order_by("day").values_list("day", flat=True))
    assert days == [date(2024, 2, 28) + timedelta(days=n) for n in range(len(days))]
    assert days[-1] > business_day(datetime.now(UTC))
