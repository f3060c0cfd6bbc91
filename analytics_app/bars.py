"""Earnings as the bars of a chart: a bar a day, or a month where days would be hairlines."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from babel.dates import format_skeleton
from django.urls import NoReverseMatch, reverse

from analytics_app.periods import Kind, Period
from analytics_app.reports import DayLine
from analytics_app.team import Member
from pages import formats

MOST_DAYS = 92
MOST_PEOPLE = 10

Bar = tuple[str, int, str]


def bars(lines: Sequence[DayLine]) -> list[Bar]:
    """(label, cents, address of the figures behind it) in order of time."""
    if len(lines) <= MOST_DAYS:
        return [_bar(Kind.DAY, line.day, [line]) for line in lines]
    months = groupby(lines, key=lambda line: line.day.replace(day=1))
    return [_bar(Kind.MONTH, first, list(days)) for first, days in months]


def shadows(lines: Sequence[DayLine]) -> list[int]:
    """Cents of the same days of the period before, a sum for each bar."""
    if len(lines) <= MOST_DAYS:
        return [line.before_cents for line in lines]
    months = groupby(lines, key=lambda line: line.day.replace(day=1))
    return [sum(line.before_cents for line in days) for _, days in months]


def team_bars(members: Sequence[Member]) -> list[Bar]:
    """What each completed was worth, the most first; a bar leads to the account."""
    working = sorted(members, key=lambda member: -member.worth_cents)[:MOST_PEOPLE]
    return [
        (
            member.name.partition(" ")[0],
            member.worth_cents,
            _account(member),
        )
        for member in working
        if member.worth_cents
    ]


def _account(member: Member) -> str:
    """Where billing has it; nowhere, if billing isn't installed here."""
    try:
        return reverse("billing:account_of", args=[member.public_id])
    except NoReverseMatch:
        return ""


def _bar(kind: Kind, day: date, lines: Sequence[DayLine]) -> Bar:
    skeleton = "MMMd" if kind == Kind.DAY else "yMMM"
    label = format_skeleton(skeleton, day, locale=formats.locale())
    address = f"{reverse('analytics:summary')}?{Period.around(kind, day).query}"
    return label, sum(line.total.earned_cents for line in lines), address
