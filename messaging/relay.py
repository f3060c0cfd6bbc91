"""The relay: one leader brings what is due in the outbox to the consumers' queues.

Claim, commit, publish: a crash after the claim is a late delivery, never a lost one. Standbys wait
for the leader's advisory lock, which PostgreSQL frees when the leader's session ends; the leader
claims in that very session, so it can't go on without the lock.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence

from celery import current_app
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from kombu.exceptions import OperationalError as BrokerError

from messaging import canaries, contracts, jobs, outbox_deliveries, pausing, queues
from messaging.crash_points import crash_point
from messaging.outbox_deliveries import Sealed
from observing import work

BATCH = 500
CLAIM = 4 * BATCH
KEPT = 100
MAX_WAITING = 2_000
POLL_SECONDS = 0.05
CARE_SECONDS = 5.0
READ_MODELS_WAIT_SECONDS = 1.0
LEADER_LOCK = 7_200_001
NAME = "ates-relay"  # of its sessions, for whoever looks at them

# A claim that is lost with the server is made again, and the inbox knows what has come: nobody
# waits for the disk.
_INTRODUCE = """
SELECT set_config('application_name', %s, false), set_config('synchronous_commit', 'off', false)
"""

log = logging.getLogger("ates.relay")


class Relay:
    """Runs until `stop` is set."""

    def __init__(self) -> None:
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self._lead() if self._is_leader() else self.stop.wait(1)
            except interruptions() as error:
                log.warning("the relay lost a connection and tries again: %s", error)
                connection.close()
                self.stop.wait(1)
        connection.close()

    def _is_leader(self) -> bool:
        close_old_connections()
        with connection.cursor() as cursor:
            who = f"{NAME} {socket.gethostname()} {os.getpid()}"
            cursor.execute(_INTRODUCE, [who[:63]])
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LEADER_LOCK])
            return bool(cursor.fetchone()[0])

    def _lead(self) -> None:
        log.info("this relay leads")
        care_at = read_models_at = 0.0
        while not self.stop.is_set():
            if time.monotonic() >= care_at:
                care_at = time.monotonic() + CARE_SECONDS
                ask_about_kept()
                canaries.send(waiting)
            waited = time.monotonic() - read_models_at > READ_MODELS_WAIT_SECONDS
            if waited:
                read_models_at = time.monotonic()
            if relay_once(read_models_too=waited) < BATCH:
                self.stop.wait(POLL_SECONDS)  # the next few go together: a message costs more


def relay_once(read_models_too: bool = True) -> int:
    """Bring one round of due events to every consumer; the number of events sent. Read models come
    last, and while others have much in hand only if it is said that they have waited, and then with
    no more than one batch."""
    read_models = contracts.read_models()
    others = [consumer for consumer in contracts.consumers() if consumer not in read_models]
    paused = pausing.paused()
    sent = sum(_bring(consumer, paused, CLAIM) for consumer in others)
    busy = _are_busy(others)
    if read_models_too or not busy:
        most = BATCH if busy else CLAIM
        sent += sum(_bring(consumer, paused, most) for consumer in sorted(read_models))
    return sent


def _bring(consumer: str, paused: Collection[str], most: int) -> int:
    return _probe(consumer) if consumer in paused else _relay_to(consumer, most)


def _are_busy(consumers: Iterable[str]) -> bool:
    return any(outbox_deliveries.under_way(consumer, CLAIM) == CLAIM for consumer in consumers)


def ask_about_kept() -> int:
    """Send what was parked or waits when last heard of, and may have been settled since."""
    count = 0
    for consumer in contracts.consumers():
        if events := outbox_deliveries.claim_kept(consumer, KEPT):
            _send(consumer, events)
            count += len(events)
    return count


def _relay_to(consumer: str, most: int) -> int:
    events = outbox_deliveries.claim(consumer, most)
    crash_point("relay.after_claim")
    if events and waiting(f"{consumer}.events") >= MAX_WAITING:
        return 0  # as if it had been lost on the way: it is due again in a while
    for batch in _batches(events):
        _send(consumer, batch)
        crash_point("relay.between_batches")
        _stop_if_cut_off()
    crash_point("relay.after_publish")
    return len(events)


def _probe(consumer: str) -> int:
    """A paused consumer is sent one event a minute, and nothing else."""
    if not pausing.claim_probe(consumer):
        return 0
    events = outbox_deliveries.claim(consumer, 1)
    if events:
        _send(consumer, events, probe=True)
    return len(events)


def _send(consumer: str, events: Sequence[Sealed], probe: bool = False) -> None:
    with work.sending(consumer, events):
        jobs.send(consumer, [event.envelope for event in events], probe)


def _stop_if_cut_off() -> None:
    """Raises when the session is gone, and with it the lock: another relay may lead by now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT")


def interruptions() -> tuple[type[Exception], ...]:
    """The database is gone; or the broker is, or is full, which kombu wraps in an error of its own
    in some places and lets through in others."""
    broker = current_app.connection_for_write()
    ours = (DatabaseError, InterfaceError, BrokerError, OSError)
    return ours + tuple(broker.connection_errors) + tuple(broker.channel_errors)


def waiting(queue: str) -> int:
    """How many messages lie in a queue. A consumer that is away for long must not fill the broker
    with copies of what it has not acknowledged."""
    with current_app.pool.acquire(block=True) as broker:
        return queues.depth(broker, queue)


def _batches(events: Sequence[Sealed]) -> Iterator[Sequence[Sealed]]:
    for start in range(0, len(events), BATCH):
        yield events[start : start + BATCH]
