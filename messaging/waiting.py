"""Events that came too early are kept until an event with the key they wait for is applied.

Whoever keeps one holds the consumer's lock alone and looks once more; whoever applies holds it
shared until it commits, and looks for waiting ones last. So neither can miss the other.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from messaging.dead_letters import printable
from messaging.event import Event

LOCK = 7_200_002
KEY_LENGTH = 100

_KEEP = """
INSERT INTO inbox_waiting AS w (consumer, event_id, envelope, key) VALUES (%s, %s, %s::jsonb, %s)
ON CONFLICT ON CONSTRAINT waits_once DO UPDATE SET key = excluded.key WHERE w.key <> excluded.key
"""

_TAKE = """
DELETE FROM inbox_waiting WHERE consumer = %s AND key = ANY(%s) RETURNING id, event_id, envelope
"""


def keys(event: Event) -> set[str]:
    """What other events may wait for: `task:<uuid>` for a `task_id` in the event's data."""
    return {
        f"{name.removesuffix('_id')}:{value}"
        for name, value in event.data.items()
        if name.endswith("_id") and isinstance(value, str)
    }


def lock_to_keep(consumer: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK, consumer])


def keep(consumer: str, event_id: UUID, envelope: Any, key: str) -> None:
    """Under `lock_to_keep`. Kept twice is kept once, for the newest key."""
    with connection.cursor() as cursor:
        kept = json.dumps(envelope)
        cursor.execute(_KEEP, [consumer, event_id, kept, printable(key)[:KEY_LENGTH]])


def anybody(consumer: str) -> bool:
    """Whether the consumer keeps any event; with the lock held shared."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM inbox_waiting WHERE consumer = %s)", [consumer])
        return bool(cursor.fetchone()[0])


def take(consumer: str, applied: Iterable[Event]) -> Sequence[tuple[UUID, Any]]:
    """Release those that wait for one of these events: (event id, envelope), the oldest first."""
    found = sorted({key for event in applied for key in keys(event)})
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [consumer, found])
        rows = sorted(cursor.fetchall())
    return [(event_id, json.loads(envelope)) for _, event_id, envelope in rows]
