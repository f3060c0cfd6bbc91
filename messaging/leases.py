"""What a worker has in hand is written down before a handler sees it, so that an event that kills
its worker is counted too, by whoever comes next.

A lease is lost when its session is gone, or when it is older than any job may be (behind a pooler
the session outlives the worker). One whose row is locked is not: its effect is being committed.
One from before the server's last start says nothing about the events.
"""

import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

from celery import current_task
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from messaging.arrays import array

MARGIN_SECONDS = 30
LOST = {"kind": "WorkerLost", "error": "the worker died with this event in hand"}
TOO_SLOW = {"kind": "SoftTimeLimitExceeded", "error": "the worker ran out of time with this event"}

# Losing the row with the server costs nothing, so nobody waits for the disk.
_TAKE = """
INSERT INTO inbox_lease (consumer, event_ids, worker, backend_pid)
VALUES (%s, %s::uuid[], %s, pg_backend_pid())
RETURNING id, set_config('synchronous_commit', 'off', true)
"""

_LOST = """
SELECT l.id FROM inbox_lease AS l
 WHERE l.consumer = %(consumer)s AND (
   l.started_at < statement_timestamp() - make_interval(secs => %(longest)s)
   OR NOT EXISTS (SELECT FROM pg_stat_get_activity(l.backend_pid) AS a
                   WHERE a.backend_start IS NULL OR a.backend_start <= l.started_at))
   FOR UPDATE SKIP LOCKED
"""

_COUNT = """
WITH ended AS (
  DELETE FROM inbox_lease WHERE id = ANY(%(leases)s)
  RETURNING consumer, event_ids, worker, started_at
), blamed AS (
  SELECT consumer, event.id AS event_id, cardinality(event_ids) = 1 AS alone, worker, started_at
    FROM ended, unnest(event_ids) AS event(id)
   WHERE started_at >= pg_postmaster_start_time() AND NOT EXISTS (
     SELECT FROM inbox_event AS i WHERE i.consumer = ended.consumer AND i.event_id = event.id)
), counted AS (
  INSERT INTO inbox_failure AS f (consumer, event_id, attempts, crashes, last_error, last_at)
  SELECT consumer, event_id, count(*) FILTER (WHERE alone), count(*) FILTER (WHERE NOT alone),
         %(error)s, statement_timestamp()
    FROM blamed GROUP BY consumer, event_id ORDER BY event_id
  ON CONFLICT ON CONSTRAINT one_failure_row DO UPDATE
     SET attempts = f.attempts + excluded.attempts, crashes = f.crashes + excluded.crashes,
         last_error = excluded.last_error, last_at = excluded.last_at
  RETURNING event_id, attempts
)
INSERT INTO inbox_attempt (consumer, event_id, number, started_at, worker, error_kind, error,
                           traceback)
SELECT consumer, event_id, attempts, started_at, worker, %(kind)s, %(error)s, ''
  FROM blamed JOIN counted USING (event_id) WHERE alone
"""

_owed: list[int] = []  # ours, of sessions that were cut while we lived, still to be deleted


def take(consumer: str, event_ids: Sequence[UUID]) -> int:
    """Write down, and commit, that this process has these events in hand; the lease's id."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [consumer, array(event_ids), worker()])
        return int(cursor.fetchone()[0])


def drop(*leases: int) -> None:
    """The events are no longer in hand; in the transaction that settles what became of them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM inbox_lease WHERE id = ANY(%s)", [list(leases)])


@contextmanager
def held(consumer: str, event_ids: Sequence[UUID]) -> Iterator[int]:
    """A lease around the handling of these events. Whoever settles them drops it; when time ran out
    it is counted like a death; when anything else went wrong, the worker lives: nobody is blamed.
    """
    lease = take(consumer, event_ids)
    try:
        yield lease
    except SoftTimeLimitExceeded:
        _count([lease], TOO_SLOW)
        raise
    except (Exception, SystemExit, KeyboardInterrupt):
        _owed.append(lease)
        with suppress(OperationalError, InterfaceError):
            pay()
        raise


def pay() -> None:
    """Delete what an earlier loss of the database kept from being deleted."""
    if _owed:
        drop(*_owed)
        _owed.clear()


def count_lost(consumer: str) -> None:
    """Turn the lost leases of a consumer into counts: an attempt for an event that was alone, a
    crash for each of those in company."""
    longest = settings.CELERY_TASK_TIME_LIMIT + MARGIN_SECONDS
    with connection.cursor() as cursor:
        cursor.execute(_LOST, {"consumer": consumer, "longest": longest})
        lost = [row[0] for row in cursor.fetchall()]
    if lost:
        _count(lost, LOST)


def worker() -> str:
    """This process, as an operator can find it."""
    name = current_task.request.hostname if current_task else None
    return f"{name or socket.gethostname()}, process {os.getpid()}"


def _count(leases: Iterable[int], why: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, why | {"leases": list(leases)})
