"""Time zones that a person may choose, grouped as the world is."""

from functools import cache
from itertools import groupby
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext as _

REGIONS = {
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe",
    "Indian", "Pacific",
}  # fmt: skip


def choices() -> list[tuple[Any, Any]]:
    """The company's zone first, which is what whoever chooses nothing has."""
    company = _("the company’s: %s") % settings.BUSINESS_TIME_ZONE
    return [("", company), ("UTC", "UTC"), *_by_region()]


@cache
def _by_region() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    places = (name for name in sorted(available_timezones()) if region_of(name) in REGIONS)
    return tuple(
        (region, tuple((name, place_of(name)) for name in names))
        for region, names in groupby(places, key=region_of)
    )


def region_of(name: str) -> str:
    return name.partition("/")[0]


def place_of(name: str) -> str:
    return name.partition("/")[2].replace("_", " ").replace("/", ", ")
