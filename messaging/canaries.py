"""Signs of life: a worker that lives and takes nothing looks healthy to everybody else.

The relay's leader puts a canary into every queue that is empty. Whatever a worker takes from a
queue, canary or not, is stamped, and the stamps are what operators see. The worker's own watchdog
(`messaging.watchdog`) does not trust the stamps: it looks into the queues.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from messaging import contracts, jobs

STAMP_SECONDS = 5.0
STALE_SECONDS = 30

_STAMP = """
INSERT INTO worker_canary AS c (queue, worker, seen_at) VALUES (%s, %s, statement_timestamp())
ON CONFLICT ON CONSTRAINT one_canary_each DO UPDATE SET seen_at = excluded.seen_at
"""

_stamped: dict[str, float] = {}


def queues() -> list[str]:
    """Those that somebody serves: events of consumers, acknowledgements to producers, jobs."""
    return [
        *(f"{consumer}.events" for consumer in contracts.consumers()),
        *(f"{producer}.acks" for producer in sorted(contracts.producers())),
        *(f"{service}.jobs" for service in settings.ALL_SERVICES),
    ]


def send(waiting: Callable[[str], int]) -> None:
    """A canary to every queue in which nothing lies."""
    for queue in queues():
        if not waiting(queue):
            jobs.canary.apply_async(args=[queue], queue=queue)


def stamp(task: Any, **_: Any) -> None:
    """A worker has taken something; written at most every five seconds for each queue. Without the
    database there is no stamp, and the work goes on."""
    queue, worker = task.request.delivery_info.get("routing_key"), task.request.hostname
    if queue and worker and time.monotonic() - _stamped.get(queue, -STAMP_SECONDS) >= STAMP_SECONDS:
        with suppress(DatabaseError, InterfaceError):
            _write(queue, worker)
            _stamped[queue] = time.monotonic()


def _write(queue: str, worker: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STAMP, [queue, worker])
