"""How busy an event is, all its versions together."""

from collections.abc import Iterable
from dataclasses import dataclass

from messaging.versions_in_use import Version


@dataclass(slots=True)
class Totals:
    """Told in the last day and week; deliveries on their way, waiting for another event, parked."""

    day: int = 0
    week: int = 0
    open: int = 0
    waiting: int = 0
    parked: int = 0


def totals(versions: Iterable[Version]) -> dict[str, Totals]:
    """By the name of the event."""
    found: dict[str, Totals] = {}
    for version in versions:
        total = found.setdefault(version.name, Totals())
        total.day += version.told.day
        total.week += version.told.week
        for reader in version.readers:
            total.open += reader.open
            total.waiting += reader.waiting
            total.parked += reader.parked
    return found
