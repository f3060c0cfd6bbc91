"""The states of deliveries: claimed by the relay, settled by acknowledgements.

What to send is decided by state alone, never by a cursor over positions: transactions commit out
of order, and a cursor would pass over the late ones.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from messaging.arrays import array
from messaging.event import Event

WINDOW = 4_000  # the most that a consumer may have received and not yet acknowledged
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = settings.RETRY_SECONDS
ASK_AGAIN_SECONDS = 6 * LAST_RETRY_SECONDS  # about what is parked or waits

Ids = Sequence[str | UUID]

_OPEN_WINDOW = """
SELECT count(*) FROM (
  SELECT FROM outbox_delivery
   WHERE consumer = %s AND state = 'sent' AND next_attempt_at > statement_timestamp()
   LIMIT %s) AS under_way
"""

_CLAIM = """
WITH due AS (
  SELECT id FROM outbox_delivery
   WHERE consumer = %s AND state IN ('due', 'sent') AND next_attempt_at <= statement_timestamp()
   ORDER BY next_attempt_at, id LIMIT %s
     FOR UPDATE SKIP LOCKED
)
UPDATE outbox_delivery AS d
   SET state = 'sent', attempts = d.attempts + 1, sent_at = statement_timestamp(),
       next_attempt_at = statement_timestamp() + make_interval(secs =>
         least(%s, %s * 2 ^ least(d.attempts, 16)) * (0.8 + 0.4 * random()))
  FROM due WHERE d.id = due.id
RETURNING d.event_id
"""

_CLAIM_KEPT = """
WITH kept AS (
  SELECT id FROM outbox_delivery
   WHERE consumer = %s AND state IN ('parked', 'waiting')
     AND next_attempt_at <= statement_timestamp()
   ORDER BY next_attempt_at, id LIMIT %s
     FOR UPDATE SKIP LOCKED
)
UPDATE outbox_delivery AS d
   SET attempts = d.attempts + 1, sent_at = statement_timestamp(),
       next_attempt_at =
         statement_timestamp() + make_interval(secs => %s * (0.8 + 0.4 * random()))
  FROM kept WHERE d.id = kept.id
RETURNING d.event_id
"""

# Written by PostgreSQL, which has the data as JSON: making objects of it only to write them again
# took three times as long as all the rest of the relay. `Event.envelope` is the same in Python.
_READ = """
SELECT json_build_object(
         'event_id', event_id, 'event_name', event_name, 'event_version', event_version,
         'event_time', event_time, 'producer', producer, 'data', data,
         'correlation_id', correlation_id, 'causation_id', causation_id, 'actor', actor,
         'traceparent', traceparent)::text, traceparent
  FROM outbox_event WHERE position = ANY(%s::bigint[]) ORDER BY position
"""

# Each is looked up on its own: of statistics that were made when hardly a delivery was there, the
# planner concludes that a consumer has one open, and compares all there are with all that is given.
# What is lost with the server is sent and acknowledged again, so nobody waits for the disk.
_SETTLE = """
WITH hurry AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)), found AS (
  SELECT mine.id, given.state
    FROM unnest(%s::uuid[], %s::text[]) AS given(event_id, state)
    JOIN outbox_event AS event USING (event_id)
   CROSS JOIN LATERAL (
         SELECT id FROM outbox_delivery AS d
          WHERE d.event_id = event.position AND d.consumer = %s AND d.state <> 'acked'
         OFFSET 0) AS mine
)
UPDATE outbox_delivery AS d
   SET state = found.state, settled_at = statement_timestamp(),
       next_attempt_at = CASE WHEN found.state IN ('parked', 'waiting')
         THEN statement_timestamp() + make_interval(secs => %s * (0.8 + 0.4 * random()))
         ELSE d.next_attempt_at END
  FROM found, hurry WHERE d.id = found.id AND d.state <> 'acked'
"""


class Sealed(NamedTuple):
    """An event ready for the wire: the JSON of its envelope, and the trace that it belongs to."""

    envelope: str
    traceparent: str

    def opened(self) -> Event:
        return Event.of(json.loads(self.envelope))


def claim(consumer: str, limit: int) -> list[Sealed]:
    """Take up to `limit` due events for a consumer, what is urgent first, then in order of writing,
    and set the time at which they will be sent again unless acknowledged (30 s doubling to 10 min,
    ±20 %)."""
    room = min(limit, WINDOW - under_way(consumer, WINDOW))
    if room <= 0:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [consumer, room, LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS])
        return _events([row[0] for row in cursor.fetchall()])


def under_way(consumer: str, at_most: int) -> int:
    """How many a consumer has been sent lately and has not acknowledged; no more are counted."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_WINDOW, [consumer, at_most])
        return int(cursor.fetchone()[0])


def claim_kept(consumer: str, limit: int) -> list[Sealed]:
    """Up to `limit` of what a consumer has parked or lets wait, and was last asked about an hour
    ago: an answer may have been lost, or a replay's acknowledgement."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_KEPT, [consumer, limit, ASK_AGAIN_SECONDS])
        return _events([row[0] for row in cursor.fetchall()])


def _events(positions: list[int]) -> list[Sealed]:
    if not positions:  # PostgreSQL would read all of a partial index to find nothing
        return []
    with connection.cursor() as cursor:
        cursor.execute(_READ, [array(positions)])
        return [Sealed(*row) for row in cursor.fetchall()]


def settle(
    consumer: str,
    applied: Ids,
    parked: Ids,
    discarded: Ids = (),
    waiting: Ids = (),
) -> None:
    """Mark what a consumer holds. What is applied or discarded is never sent again; about what is
    parked or waits the consumer is asked again in an hour or so, lest an answer was lost."""
    kinds = {"acked": applied, "parked": parked, "discarded": discarded, "waiting": waiting}
    states = [state for state, ids in kinds.items() for _ in ids]
    given = [event_id for ids in kinds.values() for event_id in ids]
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [array(given), array(states), consumer, ASK_AGAIN_SECONDS])


@dataclass(frozen=True, slots=True)
class Lag:
    """Open deliveries of a consumer: how many, and the age of the oldest in seconds."""

    consumer: str
    open: int
    oldest_seconds: float


def lag() -> list[Lag]:
    """What is on its way, by consumer; consumers with nothing open are left out."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT d.consumer, count(*),
                   extract(epoch FROM statement_timestamp() - min(e.created_at))::float
              FROM outbox_delivery d JOIN outbox_event e ON e.position = d.event_id
             WHERE d.state IN ('due', 'sent') GROUP BY d.consumer ORDER BY d.consumer""")
        return [Lag(*row) for row in cursor.fetchall()]
