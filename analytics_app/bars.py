"""Earnings as the bars of a chart: a bar a day, or a month where days would be hairlines."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from babel.dates import format_skeleton
from django.urls import reverse

from analytics_app.periods import Kind, Period
from analytics_app.reports import DayLine
from pages import formats

MOST_DAYS = 92

Bar = tuple[str, int, str]


def bars(lines: Sequence[DayLine]) -> list[Bar]:
    """(label, cents, address of the figures behind it) in order of time."""
    if len(lines) <= MOST_DAYS:
        return [_bar(Kind.DAY, line.day, [line]) for line in lines]
    months = groupby(lines, key=lambda line: line.day.replace(day=1))
    return [_bar(Kind.MONTH, first, list(days)) for first, days in months]


def _bar(kind: Kind, day: date, lines: Sequence[DayLine]) -> Bar:
    skeleton = "MMMd" if kind == Kind.DAY else "yMMM"
    label = format_skeleton(skeleton, day, locale=formats.locale())
    address = f"{reverse('analytics:summary')}?{Period.around(kind, day).query}"
    return label, sum(line.total.earned_cents for line in lines), address
