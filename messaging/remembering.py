"""The inbox's memory: each event once, and each fact once in however many versions it is told."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid5

from django.db import connection

from event_schemas.facts import FACTS
from messaging.arrays import array
from messaging.event import Event

_NAMESPACE: Final = UUID("5b0c8a52-6f0e-5a0c-9d55-3f5d0e2a8c11")

# In one order for all, or two workers with the same facts would wait for each other; of two
# versions in one batch the newer is applied.
_REMEMBER = """
INSERT INTO inbox_event (consumer, event_id, event_name, event_version, fact_id)
SELECT %s, * FROM unnest(%s::uuid[], %s::text[], %s::smallint[], %s::uuid[])
    AS told(event_id, event_name, event_version, fact_id)
 ORDER BY coalesce(told.fact_id, told.event_id), told.event_version DESC
ON CONFLICT DO NOTHING
RETURNING event_id
"""

_REMEMBER_TWINS = """
INSERT INTO inbox_event (consumer, event_id, event_name, event_version)
SELECT %s, * FROM unnest(%s::uuid[], %s::text[], %s::smallint[])
 ORDER BY 2
ON CONFLICT ON CONSTRAINT applied_once DO NOTHING
"""


def remember(consumer: str, events: Sequence[Event]) -> set[UUID]:
    """Write the events to the inbox; the ids of those that have to be applied.

    Another version of a fact that is known already is remembered and not applied.
    """
    facts = array(fact_id(event) for event in events)
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, [consumer, *_columns(events), facts])
        fresh = {row[0] for row in cursor.fetchall()}
        if twins := [event for event in events if fact_id(event) and event.event_id not in fresh]:
            cursor.execute(_REMEMBER_TWINS, [consumer, *_columns(twins)])
    return fresh


def fact_id(event: Event) -> UUID | None:
    """The same for every version in which a fact is told; None for events of one version."""
    field = FACTS.get(event.name)
    return uuid5(_NAMESPACE, f"{event.name}:{event.data[field]}") if field else None


def _columns(events: Sequence[Event]) -> tuple[str, str, str]:
    return (
        array(event.event_id for event in events),
        array(event.name for event in events),
        array(event.told_version for event in events),
    )
