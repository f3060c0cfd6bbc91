"""Sums, days and moments in both languages."""

from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override
from pytest_django.fixtures import Settings

from pages import formats

EVENING = datetime(2025, 11, 22, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "cents", "text"),
    [
        ("en", -123450, "\N{MINUS SIGN}$1,234.50"),
        ("en", 0, "$0.00"),
        ("en", 1, "$0.01"),
        ("ru", -123450, "\N{MINUS SIGN}1\N{NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}$"),
        ("ru", 2000, "20,00\N{NO-BREAK SPACE}$"),
    ],
)
def test_it_writes_money_as_each_language_does(language: str, cents: int, text: str) -> None:
    with override(language):
        assert formats.money(cents) == text


@pytest.mark.parametrize(
    ("cents", "text"), [(1500, "+$15.00"), (-1500, "\N{MINUS SIGN}$15.00"), (0, "$0.00")]
)
def test_it_gives_a_movement_its_sign(cents: int, text: str) -> None:
    assert formats.signed_money(cents) == text


def test_it_keeps_cents_off_the_axis() -> None:
    assert formats.whole_money(-150_000) == "\N{MINUS SIGN}$1,500"
    with override("ru"):
        assert formats.whole_money(150_000) == "1\N{NO-BREAK SPACE}500\N{NO-BREAK SPACE}$"


def test_it_names_a_day_in_both_languages() -> None:
    assert formats.day(date(2025, 11, 22)) == "Nov 22, 2025"
    with override("ru"):
        assert formats.day(date(2025, 11, 22)).startswith("22 нояб. 2025")
        assert formats.short_day(date(2025, 11, 22)) == "22 нояб."


def test_it_tells_the_moment_in_the_zone_that_was_asked_for(settings: Settings) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Moscow"
    assert formats.moment(EVENING, "UTC") == "Nov 22, 2025, 22:30"
    assert formats.moment(EVENING, "business") == "Nov 23, 2025, 01:30"
