"""The stretch of business days that a report looks at."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self
from urllib.parse import urlencode

from babel.dates import format_interval, format_skeleton
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from messaging.business_day import today
from pages import formats

DAY = timedelta(days=1)


class Kind(TextChoices):
    DAY = "day", _("Day")
    WEEK = "week", _("Week")
    MONTH = "month", _("Month")
    SPAN = "span", _("Any span")


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included; weeks begin on Monday."""

    kind: Kind
    first: date
    last: date

    @classmethod
    def around(cls, kind: Kind, day: date) -> Self:
        """The day itself, or the week or month that it is in."""
        if kind == Kind.WEEK:
            monday = day - day.weekday() * DAY
            return cls(kind, monday, monday + 6 * DAY)
        if kind == Kind.MONTH:
            return cls(
                kind, day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
            )
        return cls(kind, day, day)

    @property
    def previous(self) -> Self:
        if self.kind == Kind.SPAN:
            return self._moved(self.first - self.last - DAY)
        return self.around(self.kind, self.first - DAY)

    @property
    def next(self) -> Self:
        if self.kind == Kind.SPAN:
            return self._moved(self.last - self.first + DAY)
        return self.around(self.kind, self.last + DAY)

    @property
    def has_next(self) -> bool:
        return self.last < today()

    @property
    def is_running(self) -> bool:
        """Some of it is still to come, so its figures are figures so far."""
        return self.first <= today() <= self.last

    @property
    def tabs(self) -> list[tuple[Kind, Self]]:
        """The same time through each kind of window."""
        seen_last = max(self.first, min(self.last, today()))
        others = [(kind, self.around(kind, seen_last)) for kind in Kind if kind != Kind.SPAN]
        return [*others, (Kind.SPAN, type(self)(Kind.SPAN, self.first, self.last))]

    @property
    def query(self) -> str:
        """What the URL of a page about this period carries."""
        if self.kind == Kind.SPAN:
            return urlencode({"period": self.kind, "from": self.first, "to": self.last})
        return urlencode({"period": self.kind, "day": self.first})

    def __str__(self) -> str:
        if self.first == self.last:
            return formats.day(self.first)
        if self.kind == Kind.MONTH:
            return format_skeleton("yMMMM", self.first, locale=formats.locale())
        return str(format_interval(self.first, self.last, "yMMMd", locale=formats.locale()))

    def _moved(self, by: timedelta) -> Self:
        return type(self)(self.kind, self.first + by, self.last + by)
