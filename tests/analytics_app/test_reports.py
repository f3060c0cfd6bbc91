"""A1 and A2 from what analytics has heard."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pytest_django.fixtures import Settings

from analytics_app import reports
from analytics_app.models import Account
from analytics_app.periods import Kind, Period
from tests.analytics_app import events
from tests.analytics_app.events import DAY, NOON, called, completed, hear

pytestmark = pytest.mark.django_db

THE_DAY = Period.around(Kind.DAY, DAY)
THE_WEEK = Period.around(Kind.WEEK, DAY)
YESTERDAY = NOON - timedelta(days=1)


def test_management_earns_fees_less_rewards() -> None:
    hear(events.entry("fee", -1500), events.entry("fee", -1000), events.entry("reward", 3100))
    hear(events.entry("payout", -100), events.entry("adjustment", 500))
    assert reports.figures(THE_DAY).earned_cents == -600


def test_it_compares_with_the_day_before() -> None:
    hear(events.entry("fee", -1500), events.entry("fee", -1000, day=DAY - timedelta(days=1)))
    figures = reports.figures(THE_DAY)
    assert (figures.earned_before_cents, figures.difference_cents) == (1000, 500)


def test_a_week_adds_its_days_up() -> None:
    for day in (9, 15, 16):
        hear(events.entry("fee", -1000, day=date(2026, 3, day)))
    assert reports.figures(THE_WEEK).fees_cents == 2000


def test_only_a_balance_below_zero_is_in_the_red() -> None:
    hear(events.entry("fee", -1500, "Polly"), events.entry("reward", 3000, "Coco"))
    hear(events.entry("fee", -1500, "Rio"), events.entry("reward", 1500, "Rio"))
    assert reports.figures(THE_DAY).in_the_red == 1
    assert str(Account.objects.in_the_red().get().public_id) == called("Polly")


def test_debts_of_any_day_count_now() -> None:
    hear(events.entry("fee", -1500, day=DAY - timedelta(days=400)))
    assert reports.figures(THE_DAY).in_the_red == 1


def test_the_most_expensive_task_is_the_one_with_the_highest_reward() -> None:
    hear(*completed("cheap", 2000), *completed("dear", 4000), *completed("middling", 3000))
    top = reports.figures(THE_DAY).top
    assert top
    assert (top.title, top.reward_cents, top.tied) == ("dear", 4000, 1)


def test_an_open_task_is_no_candidate() -> None:
    hear(events.task_created("open"), events.task_priced("open", 4000), *completed("done", 2000))
    top = reports.figures(THE_DAY).top
    assert top
    assert top.title == "done"


def test_a_tie_goes_to_the_one_completed_first_and_says_how_many_tied() -> None:
    hear(*completed("second", 4000, NOON + timedelta(hours=1)), *completed("first", 4000))
    hear(*completed("third", 4000, NOON + timedelta(hours=2)), *completed("cheap", 2000))
    top = reports.figures(THE_DAY).top
    assert top
    assert (top.title, top.tied, top.is_tied) == ("first", 3, True)


def test_a_tie_over_days_is_counted_over_all_of_them() -> None:
    hear(*completed("b", 4000), *completed("a", 4000, YESTERDAY), *completed("c", 4000))
    week, day = reports.figures(THE_WEEK).top, reports.figures(THE_DAY).top
    assert week
    assert day
    assert (week.title, week.tied) == ("a", 3)
    assert (day.title, day.tied) == ("b", 2)


def test_each_day_has_its_own_most_expensive_task() -> None:
    hear(*completed("a", 2000, YESTERDAY), *completed("b", 4000))
    tops = {line.day: line.top.title for line in reports.lines(THE_WEEK) if line.top}
    assert tops == {DAY - timedelta(days=1): "a", DAY: "b"}


def test_it_says_who_completed_it_and_when() -> None:
    hear(events.account("Polly"), *completed("a", 2000))
    top = reports.figures(THE_DAY).top
    assert top
    assert (top.completed_by, top.completed_at, str(top.task_id)) == ("Polly", NOON, called("a"))


def test_days_without_anything_are_listed_too() -> None:
    hear(events.entry("fee", -1000, day=date(2026, 3, 9)), events.entry("fee", -1000))
    lines = reports.lines(THE_WEEK)
    assert [line.day.day for line in lines] == [9, 10, 11, 12, 13, 14, 15]
    assert [line.total.earned_cents for line in lines] == [1000, 0, 1000, 0, 0, 0, 0]


def test_nothing_is_listed_before_the_first_day_known() -> None:
    assert reports.lines(THE_WEEK) == []
    hear(events.entry("fee", -1000, day=date(2026, 3, 13)))
    assert [line.day.day for line in reports.lines(THE_WEEK)] == [13, 14, 15]


@pytest.mark.parametrize(
    ("zone", "day"), [("UTC", 28), ("Europe/Moscow", 29), ("America/New_York", 28)]
)
def test_midnight_is_that_of_the_business_zone(settings: Settings, zone: str, day: int) -> None:
    settings.BUSINESS_TIME_ZONE = zone
    hear(*completed("late", 2000, datetime(2026, 3, 28, 21, 30, tzinfo=UTC)))
    top = reports.figures(Period.around(Kind.DAY, date(2026, 3, day))).top
    assert top
    assert top.title == "late"


@pytest.mark.parametrize(("minute", "day"), [(59, 29), (0, 30)])
def test_a_day_of_23_hours_ends_at_its_own_midnight(
    settings: Settings, minute: int, day: int
) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Berlin"
    hour, on = (23, 29) if minute else (0, 30)
    hear(
        *completed("a", 2000, datetime(2026, 3, on, hour, minute, tzinfo=ZoneInfo("Europe/Berlin")))
    )
    assert [top.day.day for top in reports.tops_by_day(Period.around(Kind.MONTH, DAY))] == [day]
