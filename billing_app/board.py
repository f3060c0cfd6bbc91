"""The board of business days: each beside one to compare with, and the span's totals (B5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing_app.models import Difference, Reconciliation
from billing_app.reports import CompanyDay, company_days
from messaging.business_day import today

GAPS = {"day": 1, "week": 7}  # the day before, the same weekday


@dataclass(frozen=True, slots=True)
class Row:
    """A day, and the one it is compared with."""

    day: CompanyDay
    before: CompanyDay | None

    @property
    def change_cents(self) -> int | None:
        return self.day.earned_cents - self.before.earned_cents if self.before else None


@dataclass(frozen=True, slots=True)
class Totals:
    """Of every day in the span, in cents."""

    fees_cents: int
    rewards_cents: int
    earned_cents: int
    payouts_cents: int


@dataclass(frozen=True, slots=True)
class Light:
    """The newest reconciliation, and the days on which it found something."""

    ok: bool
    checked_at: datetime
    wrong_days: frozenset[date]


@dataclass(frozen=True, slots=True)
class Preset:
    """A span with a name."""

    label: str | Promise
    first: date
    last: date


def rows(first: date, last: date, compare: str = "") -> list[Row]:
    """The days of a span, newest first."""
    gap = timedelta(days=GAPS.get(compare, 0))
    days = {found.day: found for found in company_days(first - gap, last)}
    return [
        Row(found, days.get(day - gap) if gap else None)
        for day, found in days.items()
        if day >= first and (day <= today() or found.has_moved)
    ]


def totals(shown: Sequence[Row]) -> Totals:
    days = [row.day for row in shown]
    return Totals(
        fees_cents=sum(day.fees_cents for day in days),
        rewards_cents=sum(day.rewards_cents for day in days),
        earned_cents=sum(day.earned_cents for day in days),
        payouts_cents=sum(day.payouts_cents for day in days),
    )


def light() -> Light | None:
    """What the newest reconciliation of everything said; None before the first."""
    newest = Reconciliation.objects.newest()
    if newest is None:
        return None
    wrong = Difference.objects.filter(run=newest, day__isnull=False).values_list("day", flat=True)
    return Light(newest.ok, newest.checked_at, frozenset(day for day in wrong if day))


def presets() -> list[Preset]:
    last = today()
    return [
        Preset(_("This week"), last - timedelta(days=last.weekday()), last),
        Preset(_("This month"), last.replace(day=1), last),
        Preset(_("Last 30 days"), last - timedelta(days=29), last),
    ]
