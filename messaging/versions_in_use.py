"""Which versions of which events are still told, and by whom they are still read (E2).

Everything is counted where it is written: the event log, the deliveries, the inbox; what is over
only once (`messaging.tallies`). The cost is that of what is open, however long the log.
"""

import importlib.util
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from event_schemas.upcasts import UPCASTS
from messaging import contracts, tallies
from messaging.arrays import array, columns
from messaging.inbox import subscriptions
from messaging.models import EventTally
from messaging.tallies import Kind, Place

WINDOWS: Final = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))

_LAST_TOLD = """
SELECT kind.name, kind.version, ever.last
  FROM unnest(%s::text[], %s::smallint[]) AS kind(name, version),
       LATERAL (SELECT max(created_at) AS last FROM outbox_event
                 WHERE event_name = kind.name AND event_version = kind.version) AS ever
"""

# In two parts, for each of which there is an index.
_UNSETTLED = """
SELECT d.consumer, e.event_name, e.event_version,
       count(*) FILTER (WHERE d.state IN ('due', 'sent')),
       count(*) FILTER (WHERE d.state = 'parked'), count(*) FILTER (WHERE d.state = 'waiting')
  FROM (SELECT consumer, event_id, state FROM outbox_delivery WHERE state IN ('due', 'sent')
        UNION ALL
        SELECT consumer, event_id, state FROM outbox_delivery WHERE state IN ('parked', 'waiting')
       ) AS d
  JOIN outbox_event AS e ON e.position = d.event_id
 GROUP BY d.consumer, e.event_name, e.event_version
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many in the last hour, day and week."""

    hour: int = 0
    day: int = 0
    week: int = 0


@dataclass(frozen=True, slots=True)
class Reader:
    """A consumer of an event in one version: how many it applied, and how many it has not.

    `can_read` is None when its service is not installed here. `open` are on their way, `parked`
    are dead letters, `waiting` need another event first.
    """

    consumer: str
    can_read: bool | None
    applied: Counts
    open: int = 0
    parked: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """An event in one version. `is_asked_for`: the settings of its producer name it;
    `promised_until`: the last day on which readers may count on it, if that was ever said."""

    name: str
    version: int
    newest: int
    is_asked_for: bool
    told: Counts
    last_told: datetime | None
    promised_until: date | None = None
    readers: list[Reader] = field(default_factory=list)

    @property
    def is_newest(self) -> bool:
        return self.version == self.newest


def all_versions(now: datetime | None = None) -> list[Version]:
    """Every registered version of every event, by name and version."""
    return _look_up(sorted(contracts.kinds()), now)


def versions_of(name: str, now: datetime | None = None) -> list[Version]:
    """Every registered version of one event. `KeyError` when there is no such event."""
    return _look_up([(name, version) for version in contracts.registry()[name]["versions"]], now)


def can_read(consumer: str, kind: Kind) -> bool | None:
    """Whether a consumer takes it and has a handler for it, raised or as it is; None: its service
    is not installed here."""
    if consumer not in settings.SERVICES or not importlib.util.find_spec(f"{consumer}_app"):
        return None
    name, version = kind
    if version not in contracts.registry()[name]["consumers"][consumer]["versions"]:
        return False
    while (name, version) in UPCASTS:
        version += 1
    return (name, version) in subscriptions(consumer)


def _look_up(kinds: list[Kind], now: datetime | None) -> list[Version]:
    counted = tallies.counts(kinds, WINDOWS, now or timezone.now())
    last_told, readers = _last_told(kinds), _readers(kinds, counted)
    return [
        Version(
            name=kind[0],
            version=kind[1],
            newest=max(contracts.registry()[kind[0]]["versions"]),
            is_asked_for=kind[1] in settings.VERSIONS_TOLD.get(kind[0], [kind[1]]),
            told=Counts(*counted[EventTally.TOLD, *kind]),
            last_told=last_told[kind],
            promised_until=_promised_until(kind),
            readers=readers[kind],
        )
        for kind in kinds
    ]


def _promised_until(kind: Kind) -> date | None:
    deprecated = contracts.registry()[kind[0]].get("deprecated", {})
    said = deprecated.get(str(kind[1]))
    return date.fromisoformat(said["supported_until"]) if said else None


def _last_told(kinds: list[Kind]) -> dict[Kind, datetime | None]:
    rows = _rows(_LAST_TOLD, columns(kinds) if kinds else [array([])] * 2)
    return {(name, version): last for name, version, last in rows}


def _readers(kinds: list[Kind], counted: dict[Place, list[int]]) -> dict[Kind, list[Reader]]:
    unsettled = {(who, (name, version)): n for who, name, version, *n in _rows(_UNSETTLED, {})}
    found: dict[Kind, list[Reader]] = defaultdict(list)
    for kind in kinds:
        for who in contracts.consumers_of(kind[0]):
            applied, rest = Counts(*counted[who, *kind]), unsettled.get((who, kind), ())
            found[kind].append(Reader(who, can_read(who, kind), applied, *rest))
    return found


def _rows(statement: str, given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
