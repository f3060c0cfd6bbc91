"""Counting what is told and applied: quarters of an hour that are over once, the rest whenever
somebody asks."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise, starmap
from typing import Any, Final, NamedTuple

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from messaging.arrays import array, columns
from messaging.models import EventTally

QUARTER: Final = timedelta(minutes=15)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
KEPT: Final = timedelta(days=9)  # nobody asks about more than a week
SLACK: Final = timedelta(minutes=15)  # what was written in a quarter is committed by then
_INSTANT: Final = timedelta(microseconds=1)

_TALLY_TOLD = """
INSERT INTO event_tally (began, consumer, event_name, event_version, count)
SELECT date_bin(%(quarter)s, created_at, 'epoch'), '', kind.name, kind.version, count(*)
  FROM unnest(%(names)s::text[], %(versions)s::smallint[]) AS kind(name, version)
  JOIN outbox_event ON event_name = kind.name AND event_version = kind.version
   AND created_at >= %(since)s AND created_at < %(till)s
 GROUP BY 1, 3, 4
ON CONFLICT DO NOTHING
"""

_TALLY_APPLIED = """
INSERT INTO event_tally (began, consumer, event_name, event_version, count)
SELECT date_bin(%(quarter)s, applied_at, 'epoch'), consumer, event_name, event_version, count(*)
  FROM inbox_event WHERE applied_at >= %(since)s AND applied_at < %(till)s
 GROUP BY 1, 2, 3, 4
ON CONFLICT DO NOTHING
"""

_TALLIED = """
SELECT consumer, event_name, event_version, sum(count)::bigint
  FROM event_tally WHERE began >= %s AND began < %s
 GROUP BY consumer, event_name, event_version
"""

_TOLD = """
SELECT '', kind.name, kind.version, span.number, counted.events
  FROM unnest(%(names)s::text[], %(versions)s::smallint[]) AS kind(name, version)
 CROSS JOIN unnest(%(since)s::timestamptz[], %(till)s::timestamptz[])
         WITH ORDINALITY AS span(since, till, number)
 CROSS JOIN LATERAL (
       SELECT count(*) AS events FROM outbox_event
        WHERE event_name = kind.name AND event_version = kind.version
          AND created_at >= span.since AND created_at < span.till) AS counted
"""

_APPLIED = """
SELECT consumer, event_name, event_version, span.number, count(*)
  FROM unnest(%(since)s::timestamptz[], %(till)s::timestamptz[])
         WITH ORDINALITY AS span(since, till, number)
  JOIN inbox_event ON applied_at >= span.since AND applied_at < span.till
 GROUP BY consumer, event_name, event_version, span.number
"""

Kind = tuple[str, int]
Place = tuple[str, str, int]  # consumer (empty: told), event, version


class _Span(NamedTuple):
    since: datetime
    till: datetime  # not included


def tally(kinds: Sequence[Kind], now: datetime | None = None) -> None:
    """Count the quarters that are over and not counted yet; forget those that are long over."""
    now = now or timezone.now()
    till = _quarter(now - SLACK)
    since = max(_counted_until() or now - KEPT, _quarter(now - KEPT))
    given = _kinds(kinds) | {"since": since, "till": till, "quarter": QUARTER}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TALLY_TOLD, given)
        cursor.execute(_TALLY_APPLIED, given)
    EventTally.objects.filter(began__lt=now - KEPT).delete()


def counts(
    kinds: Sequence[Kind], windows: Sequence[timedelta], now: datetime
) -> dict[Place, list[int]]:
    """How many in each of the windows that end now, for every place where there were any."""
    until = _counted_until()
    until = min(until, _quarter(now)) if until else None
    found: dict[Place, list[int]] = defaultdict(lambda: [0] * len(windows))
    uncounted: list[tuple[_Span, int]] = []
    for number, window in enumerate(windows):
        began = now - window + _INSTANT
        uncounted += [(span, number) for span in _to_be_counted(began, now + _INSTANT, until)]
        if until:
            for *place, events in _rows(_TALLIED, [_next_quarter(began), until]):
                found[tuple(place)][number] += events
    pieces = _cut(uncounted)
    members = list(pieces.values())
    for *place, piece, events in _counted_now(kinds, list(pieces)):
        for number in members[piece - 1]:
            found[tuple(place)][number] += events
    return found


def _to_be_counted(began: datetime, end: datetime, until: datetime | None) -> Iterator[_Span]:
    """What no tally covers: a window's beginning up to its first whole quarter, and its end."""
    if until is None or until <= began:
        yield _Span(began, end)
        return
    if began < (whole := _next_quarter(began)):
        yield _Span(began, whole)
    if until < end:
        yield _Span(until, end)


def _cut(spans: Sequence[tuple[_Span, int]]) -> dict[_Span, list[int]]:
    """Pieces that do not overlap, so that nothing is counted twice, with whose each is."""
    edges = sorted({edge for span, _ in spans for edge in span})
    pieces = {
        piece: [whose for span, whose in spans if span.since <= piece.since < span.till]
        for piece in starmap(_Span, pairwise(edges))
    }
    return {piece: whose for piece, whose in pieces.items() if whose}


def _counted_now(kinds: Sequence[Kind], spans: Sequence[_Span]) -> list[tuple[Any, ...]]:
    if not spans:
        return []
    since, till = columns(spans)
    given = _kinds(kinds) | {"since": since, "till": till}
    return _rows(_TOLD, given) + _rows(_APPLIED, given)


def _counted_until() -> datetime | None:
    last: datetime | None = EventTally.objects.aggregate(last=Max("began"))["last"]
    return last + QUARTER if last else None


def _kinds(kinds: Sequence[Kind]) -> dict[str, Any]:
    return {
        "names": array(name for name, _ in kinds),
        "versions": array(version for _, version in kinds),
    }


def _quarter(moment: datetime) -> datetime:
    return moment - (moment - _EPOCH) % QUARTER


def _next_quarter(moment: datetime) -> datetime:
    begun = _quarter(moment)
    return begun if begun == moment else begun + QUARTER


def _rows(statement: str, given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
