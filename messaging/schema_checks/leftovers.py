"""Before a deployment: does this database hold events that the new contracts can't read, or would
not any more without a version?

A version may leave the registry only when no event of it is on its way, parked, waiting or kept in
the log. Each question follows an index, so a log of millions costs a look at each kind in it.
"""

from collections.abc import Collection
from typing import Any, Final

from django.db import connection

from messaging import contracts
from messaging.giving_up import UNDO_DAYS
from messaging.schema_checks.files import published

Kind = tuple[str, int]

# From one kind to the next along the index (event_name, event_version, …).
_KEPT: Final = """
WITH RECURSIVE kind AS (
  (SELECT event_name, event_version FROM outbox_event
    ORDER BY event_name, event_version LIMIT 1)
  UNION ALL
  SELECT next.event_name, next.event_version FROM kind, LATERAL (
    SELECT event_name, event_version FROM outbox_event AS o
     WHERE (o.event_name, o.event_version) > (kind.event_name, kind.event_version)
     ORDER BY event_name, event_version LIMIT 1) AS next
)
SELECT 'kept in the event log', event_name, event_version, NULL FROM kind
"""

_OPEN: Final = """
SELECT 'on their way to ' || d.consumer, e.event_name, e.event_version, count(*)
  FROM outbox_delivery AS d JOIN outbox_event AS e ON e.position = d.event_id
 WHERE d.state IN ('due', 'sent')
 GROUP BY d.consumer, e.event_name, e.event_version
"""

_PARKED: Final = """
SELECT 'dead letters of ' || consumer, event_name, event_version, count(*)
  FROM dead_letter
 WHERE (state = 'parked'
        OR state = 'discarded' AND resolved_at > now() - make_interval(days => %(undo_days)s))
   AND (event_name, event_version) IN (
       SELECT * FROM unnest(%(names)s::text[], %(versions)s::smallint[]))
 GROUP BY consumer, event_name, event_version
"""

_WAITING: Final = """
SELECT 'waiting at ' || consumer, envelope->>'event_name', (envelope->>'event_version')::int,
       count(*)
  FROM inbox_waiting
 GROUP BY 1, 2, 3
"""

QUESTIONS: Final = {
    "outbox_event": _KEPT,
    "outbox_delivery": _OPEN,
    "dead_letter": _PARKED,
    "inbox_waiting": _WAITING,
}


def problems(without: Collection[Kind] = ()) -> list[str]:
    """A line for each kind of event that is held somewhere and registered no more, or would not be
    `without` these; a database without these tables holds none."""
    registered = {
        (name, version)
        for name, entry in contracts.registry().items()
        for version in entry["versions"]
    } - set(without)
    return [
        f"{name} version {version} {'would not be' if (name, version) in without else 'is not'}"
        f" registered, and {_count(count)} {where}"
        for where, name, version, count in _held(set(published()) - registered)
        if (name, version) not in registered
    ]


def _held(retired: set[Kind]) -> list[tuple[Any, ...]]:
    """Of dead letters only those of retired kinds count: rubbish is among them too."""
    kinds: dict[str, Any] = {
        "names": [name for name, _ in retired],
        "versions": [version for _, version in retired],
        "undo_days": UNDO_DAYS,
    }
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        rows: list[tuple[Any, ...]] = []
        for table, question in QUESTIONS.items():
            if table in present:
                cursor.execute(question, kinds)
                rows += cursor.fetchall()
        return rows


def _count(count: int | None) -> str:
    return "some are" if count is None else f"{count} {'is' if count == 1 else 'are'}"
