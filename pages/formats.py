"""Sums and days as people of each language write them."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language

MINUS = "\N{MINUS SIGN}"


def locale() -> str:
    return (get_language() or settings.LANGUAGE_CODE).replace("-", "_")


def money(cents: int) -> str:
    """−$1,234.50 in English, −1 234,50 $ in Russian; the spaces don't break."""
    return _money(cents, locale())


@lru_cache(maxsize=4096)  # prices are few, and a list shows a hundred of them
def _money(cents: int, language: str) -> str:
    return format_currency(Decimal(cents) / 100, "USD", locale=language).replace("-", MINUS)


def whole_money(cents: int) -> str:
    """For the axis of a chart, where cents would only be zeros."""
    pattern = Locale.parse(locale()).currency_formats["standard"].pattern.replace(".00", "")
    dollars = cents // 100
    text = format_currency(dollars, "USD", format=pattern, locale=locale(), currency_digits=False)
    return text.replace("-", MINUS)


def signed_money(cents: int) -> str:
    """A movement: what came says so with a plus, what went with a minus."""
    sign = "+" if cents > 0 else MINUS if cents < 0 else ""
    return sign + money(abs(cents))


def day(value: date) -> str:
    return _day(value.toordinal(), locale())


@lru_cache(maxsize=1024)
def _day(ordinal: int, language: str) -> str:
    return format_date(date.fromordinal(ordinal), "medium", locale=language)


def short_day(value: date) -> str:
    """For the axis of a chart, where a year beneath every bar would run into the next."""
    return format_skeleton("MMMd", value, locale=locale())


def moment(value: datetime, zone: str = "") -> str:
    local = value.astimezone(zone_of(zone))
    return f"{day(local)}, {local:%H:%M}"


def zone_of(name: str = "") -> ZoneInfo:
    """The reader's zone unless one is named; "business" is where the day begins and ends."""
    if not name:
        return ZoneInfo(timezone.get_current_timezone_name())
    return ZoneInfo(settings.BUSINESS_TIME_ZONE if name == "business" else name)
