"""The relay: one leader brings what is due in the outbox to the consumers' queues.

Claim, commit, publish: a crash after the claim is a late delivery, never a lost one. Standbys wait
for the leader's advisory lock, which PostgreSQL frees when the leader's session ends.
"""

import logging
import threading
from collections.abc import Iterator, Sequence

from celery import current_app
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from kombu.exceptions import OperationalError as BrokerError

from messaging import contracts, jobs, outbox_deliveries
from messaging.crash_points import crash_point
from messaging.event import Event

BATCH = 500
CLAIM = 4 * BATCH
MAX_WAITING = 2_000
POLL_SECONDS = 0.05
LEADER_LOCK = 7_200_001

log = logging.getLogger("ates.relay")


class Relay:
    """Runs until `stop` is set."""

    def __init__(self) -> None:
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self._lead() if self._is_leader() else self.stop.wait(1)
            except (DatabaseError, InterfaceError, BrokerError, OSError) as error:
                log.warning("the relay lost a connection and tries again: %s", error)
                connection.close()
                self.stop.wait(1)
        connection.close()

    def _is_leader(self) -> bool:
        close_old_connections()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LEADER_LOCK])
            return bool(cursor.fetchone()[0])

    def _lead(self) -> None:
        log.info("this relay leads")
        while not self.stop.is_set():
            if not relay_once():
                self.stop.wait(POLL_SECONDS)


def relay_once() -> int:
    """Bring one round of due events to every consumer; the number of events sent."""
    return sum(_relay_to(consumer) for consumer in contracts.consumers())


def _relay_to(consumer: str) -> int:
    events = outbox_deliveries.claim(consumer, CLAIM)
    crash_point("relay.after_claim")
    if events and waiting(f"{consumer}.events") >= MAX_WAITING:
        return 0  # as if it had been lost on the way: it is due again in a while
    for batch in _batches(events):
        envelopes = [event.envelope() for event in batch]
        jobs.deliver.apply_async(args=[consumer, envelopes], queue=f"{consumer}.events")
        crash_point("relay.between_batches")
    crash_point("relay.after_publish")
    return len(events)


def waiting(queue: str) -> int:
    """How many messages lie in a queue. A consumer that is away for long must not fill the broker
    with copies of what it has not acknowledged."""
    with current_app.pool.acquire(block=True) as broker:
        try:
            declared = broker.default_channel.queue_declare(queue, passive=True)
        except broker.channel_errors:  # nothing was ever sent there
            return 0
        return int(declared.message_count)


def _batches(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    for start in range(0, len(events), BATCH):
        yield events[start : start + BATCH]
