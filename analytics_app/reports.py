"""The questions analytics answers: what management earned (A1), which task was worth most (A2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Min, QuerySet, Sum

from analytics_app.models import Account, DayTotal
from analytics_app.periods import DAY, Period
from messaging.business_day import today

# The index gives each day's best without a look at the rest.
_BEST = """
  FROM analytics_app_daytotal AS total
 CROSS JOIN LATERAL (
       SELECT * FROM analytics_app_task AS task
        WHERE task.completed_day = total.day AND task.reward_cents IS NOT NULL
        ORDER BY task.completed_day, task.reward_cents DESC, task.completed_at, task.public_id
        LIMIT %s) AS top
  LEFT JOIN analytics_app_account AS account ON account.public_id = top.completed_by
 WHERE total.day BETWEEN %s AND %s
"""
_TOPS = f"""
SELECT total.day, top.public_id, top.title, top.jira_id, top.reward_cents, top.completed_at,
       coalesce(account.name, ''),
       (SELECT count(*) FROM analytics_app_task AS equal
         WHERE equal.completed_day = total.day AND equal.reward_cents = top.reward_cents)
{_BEST}
 ORDER BY total.day
"""  # noqa: S608 our own text
_DEAREST = f"""
SELECT total.day, top.public_id, top.title, top.jira_id, top.reward_cents, top.completed_at,
       coalesce(account.name, ''), 1
{_BEST}
 ORDER BY top.reward_cents DESC, top.completed_at, top.public_id
 LIMIT %s
"""
SHOWN = 10  # of the most expensive tasks


@dataclass(frozen=True, slots=True)
class Top:
    """The most expensive task completed in a time. `tied` tasks had this reward, itself included;
    this one was completed first."""

    day: date
    task_id: UUID
    title: str
    jira_id: str
    reward_cents: int
    completed_at: datetime
    completed_by: str
    tied: int

    @property
    def is_tied(self) -> bool:
        return self.tied > 1


@dataclass(frozen=True, slots=True)
class Figures:
    """The tiles: sums of a period, beside what the period before had earned."""

    fees_cents: int
    rewards_cents: int
    assignments: int
    completions: int
    earned_before_cents: int
    completions_before: int
    in_the_red: int
    top: Top | None

    @property
    def earned_cents(self) -> int:
        return self.fees_cents - self.rewards_cents

    @property
    def difference_cents(self) -> int:
        return self.earned_cents - self.earned_before_cents


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day of a report, its most expensive task if one was completed, and what the same day of the
    period before had earned."""

    total: DayTotal
    top: Top | None
    before_cents: int = 0

    @property
    def day(self) -> date:
        return self.total.day

    @property
    def difference_cents(self) -> int:
        return int(self.total.earned_cents) - self.before_cents


def figures(period: Period) -> Figures:
    columns = ("fees_cents", "rewards_cents", "assignments", "completions")
    sums = _totals(period).aggregate(**{column: Sum(column, default=0) for column in columns})
    before = _totals(period.previous).aggregate(
        earned_before_cents=Sum("earned_cents", default=0),
        completions_before=Sum("completions", default=0),
    )
    return Figures(
        **sums,
        **before,
        in_the_red=Account.objects.in_the_red().count(),
        top=most_expensive(tops_by_day(period)),
    )


def lines(period: Period) -> list[DayLine]:
    """Every day of the period from the first of which anything is known until today."""
    totals = {total.day: total for total in _totals(period)}
    tops = {top.day: top for top in tops_by_day(period)}
    before = {total.day: total.earned_cents for total in _totals(period.previous)}
    back = period.first - period.previous.first
    return [
        DayLine(
            totals.get(day) or DayTotal(day=day, earned_cents=0),
            tops.get(day),
            before.get(day - back, 0) if day - back < period.first else 0,
        )
        for day in _days(period)
    ]


def tops_by_day(period: Period) -> list[Top]:
    with connection.cursor() as cursor:
        cursor.execute(_TOPS, [1, period.first, period.last])
        return [Top(*row) for row in cursor.fetchall()]


def dearest(period: Period, count: int = SHOWN) -> list[Top]:
    """The most expensive tasks completed in a period, ties in the order of completion; what else
    had such a reward is not counted."""
    with connection.cursor() as cursor:
        cursor.execute(_DEAREST, [count, period.first, period.last, count])
        return [Top(*row) for row in cursor.fetchall()]


def most_expensive(tops: Sequence[Top]) -> Top | None:
    """Of the best of each day, the best of all; ties are counted over all days."""
    if not tops:
        return None
    best = min(tops, key=lambda top: (-top.reward_cents, top.completed_at, top.task_id))
    equal = [top.tied for top in tops if top.reward_cents == best.reward_cents]
    return replace(best, tied=sum(equal))


def _totals(period: Period) -> QuerySet[DayTotal]:
    return DayTotal.objects.filter(day__range=(period.first, period.last))


def _days(period: Period) -> list[date]:
    known = DayTotal.objects.aggregate(first=Min("day"))["first"]
    if known is None:
        return []
    first, last = max(period.first, known), min(period.last, today())
    return [first + n * DAY for n in range((last - first).days + 1)]
