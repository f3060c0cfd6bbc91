"""Days, weeks, months and spans, and how a URL names them."""

from datetime import date

import pytest
from django.http import QueryDict
from django.utils import translation

from analytics_app.forms import PeriodForm
from analytics_app.periods import Kind, Period
from messaging.business_day import today

WEDNESDAY = date(2026, 3, 11)


def bounds(period: Period) -> tuple[str, str]:
    return period.first.isoformat(), period.last.isoformat()


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        (Kind.DAY, "2026-03-11", "2026-03-11"),
        (Kind.WEEK, "2026-03-09", "2026-03-15"),
        (Kind.MONTH, "2026-03-01", "2026-03-31"),
    ],
)
def test_a_period_is_around_a_day(kind: Kind, first: str, last: str) -> None:
    assert bounds(Period.around(kind, WEDNESDAY)) == (first, last)


def test_february_is_as_long_as_its_year_says() -> None:
    assert Period.around(Kind.MONTH, date(2028, 2, 3)).last == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        (Kind.DAY, ("2026-03-10", "2026-03-10"), ("2026-03-12", "2026-03-12")),
        (Kind.WEEK, ("2026-03-02", "2026-03-08"), ("2026-03-16", "2026-03-22")),
        (Kind.MONTH, ("2026-02-01", "2026-02-28"), ("2026-04-01", "2026-04-30")),
    ],
)
def test_neighbours_touch(kind: Kind, before: tuple[str, str], after: tuple[str, str]) -> None:
    period = Period.around(kind, WEDNESDAY)
    assert bounds(period.previous) == before
    assert bounds(period.next) == after


def test_a_span_moves_by_its_own_length() -> None:
    span = Period(Kind.SPAN, date(2026, 3, 5), date(2026, 3, 7))
    assert bounds(span.previous) == ("2026-03-02", "2026-03-04")
    assert bounds(span.next) == ("2026-03-08", "2026-03-10")


@pytest.mark.parametrize("kind", list(Kind))
def test_the_url_of_a_period_leads_back_to_it(kind: Kind) -> None:
    period = Period.around(kind, WEDNESDAY)
    assert PeriodForm(QueryDict(period.query)).chosen() == period


def test_without_anything_it_is_today() -> None:
    assert PeriodForm(QueryDict("")).chosen() == Period.around(Kind.DAY, today())


def test_two_days_alone_are_a_span() -> None:
    chosen = PeriodForm(QueryDict("from=2026-03-05&to=2026-03-07")).chosen()
    assert chosen == Period(Kind.SPAN, date(2026, 3, 5), date(2026, 3, 7))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("period=year", "period"),
        ("day=yesterday", "day"),
        ("day=2026-02-30", "day"),
        ("period=week&day=0001-01-01", "day"),
        ("period=span", "from"),
        ("from=2026-03-07", "to"),
        ("from=2026-03-07&to=2026-03-05", "to"),
        ("period=span&from=x&to=2026-03-05", "from"),
        ("from=2026-03-07&to=9999-12-31", "to"),
    ],
)
def test_a_senseless_time_is_an_error_and_today(query: str, field: str) -> None:
    form = PeriodForm(QueryDict(query))
    assert form.chosen() == Period.around(Kind.DAY, today())
    assert field in form.errors


def test_a_running_period_is_not_over() -> None:
    week = Period.around(Kind.WEEK, today())
    assert (week.is_running, week.has_next) == (True, False)
    assert (week.previous.is_running, week.previous.has_next) == (False, True)


def test_tabs_look_at_the_same_time() -> None:
    tabs = dict(Period.around(Kind.WEEK, WEDNESDAY).tabs)
    assert bounds(tabs[Kind.DAY]) == ("2026-03-15", "2026-03-15")
    assert bounds(tabs[Kind.SPAN]) == ("2026-03-09", "2026-03-15")
    running = dict(Period.around(Kind.MONTH, today()).tabs)
    assert running[Kind.DAY].first == today()


@pytest.mark.parametrize(
    ("language", "kind", "name"),
    [
        ("en", Kind.DAY, "Mar 11, 2026"),
        ("en", Kind.WEEK, "Mar 9 – 15, 2026"),
        ("en", Kind.MONTH, "March 2026"),
        ("ru", Kind.WEEK, "9–15 мар. 2026 г."),
    ],
)
def test_a_period_has_a_name_in_each_language(language: str, kind: Kind, name: str) -> None:
    with translation.override(language):
        assert " ".join(str(Period.around(kind, WEDNESDAY)).split()) == name
