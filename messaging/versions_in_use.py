"""Which versions of which events are still told, and by whom they are still read (E2).

Everything is counted where it is written: the event log, the deliveries, the inbox. Indexes hold
what is asked for, so the cost is that of the last week and of what is open, however long the log.
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
from messaging import contracts
from messaging.inbox import subscriptions

Kind = tuple[str, int]
WINDOWS: Final = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))

_TOLD = """
SELECT kind.name, kind.version, lately.hour, lately.day, lately.week, ever.last
  FROM unnest(%(names)s::text[], %(versions)s::smallint[]) AS kind(name, version),
       LATERAL (SELECT count(*) FILTER (WHERE created_at > %(hour)s) AS hour,
                       count(*) FILTER (WHERE created_at > %(day)s) AS day,
                       count(*) AS week
                  FROM outbox_event
                 WHERE event_name = kind.name AND event_version = kind.version
                   AND created_at > %(week)s AND created_at <= %(now)s) AS lately,
       LATERAL (SELECT max(created_at) AS last FROM outbox_event
                 WHERE event_name = kind.name AND event_version = kind.version) AS ever
"""

_READ = """
SELECT consumer, event_name, event_version, count(*) FILTER (WHERE applied_at > %(hour)s),
       count(*) FILTER (WHERE applied_at > %(day)s), count(*)
  FROM inbox_event WHERE applied_at > %(week)s AND applied_at <= %(now)s
 GROUP BY consumer, event_name, event_version
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
    kinds = [
        (name, version)
        for name, entry in sorted(contracts.registry().items())
        for version in sorted(entry["versions"])
    ]
    return _look_up(kinds, now)


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
    told, readers = _told(kinds, _times(now)), _readers(kinds, _times(now))
    return [
        Version(
            name=kind[0],
            version=kind[1],
            newest=max(contracts.registry()[kind[0]]["versions"]),
            is_asked_for=kind[1] in settings.VERSIONS_TOLD.get(kind[0], [kind[1]]),
            told=Counts(*told[kind][:3]),
            last_told=told[kind][3],
            promised_until=_promised_until(kind),
            readers=readers[kind],
        )
        for kind in kinds
    ]


def _promised_until(kind: Kind) -> date | None:
    deprecated = contracts.registry()[kind[0]].get("deprecated", {})
    said = deprecated.get(str(kind[1]))
    return date.fromisoformat(said["supported_until"]) if said else None


def _told(kinds: list[Kind], times: dict[str, datetime]) -> dict[Kind, tuple[Any, ...]]:
    asked = {"names": [name for name, _ in kinds], "versions": [version for _, version in kinds]}
    return {
        (name, version): tuple(counts) for name, version, *counts in _rows(_TOLD, times | asked)
    }


def _readers(kinds: list[Kind], times: dict[str, datetime]) -> dict[Kind, list[Reader]]:
    read = {(who, (name, version)): n for who, name, version, *n in _rows(_READ, times)}
    unsettled = {(who, (name, version)): n for who, name, version, *n in _rows(_UNSETTLED, {})}
    found: dict[Kind, list[Reader]] = defaultdict(list)
    for kind in kinds:
        for who in contracts.consumers_of(kind[0]):
            counts, rest = Counts(*read.get((who, kind), ())), unsettled.get((who, kind), ())
            found[kind].append(Reader(who, can_read(who, kind), counts, *rest))
    return found


def _times(now: datetime | None) -> dict[str, datetime]:
    until = now or timezone.now()
    hour, day, week = (until - window for window in WINDOWS)
    return {"now": until, "hour": hour, "day": day, "week": week}


def _rows(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
