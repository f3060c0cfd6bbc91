"""Rebuilding: a consumer's tables and inbox are emptied together, and the event log applied again.

Only a consumer whose database function `<consumer>_forget` its own migration has made can be
rebuilt; whoever moves money or sends mail has none. New events are delivered meanwhile: handlers
don't mind the order, and the inbox sees to it that each event counts once, whoever is first.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from psycopg import errors as postgres

from messaging import contracts, inbox
from messaging.event import Event
from messaging.models import EventTally, OutboxEvent, PrunedEvents, Rebuild

PORTION = 2_000
LOCK = 7_200_003  # with the hash of the consumer's name: one process rebuilds it

_UNKNOWN_TO_THE_LOG = """
SELECT event_name, count(*) FROM inbox_event AS known
 WHERE consumer = %s
   AND NOT EXISTS (SELECT FROM outbox_event AS told WHERE told.event_id = known.event_id)
 GROUP BY event_name ORDER BY event_name
"""

# What the consumer has given up on stays with its dead letters.
_NEXT = """
SELECT position, event_id, event_name, event_version, event_time, producer, data,
       correlation_id, causation_id, actor, traceparent,
       EXISTS (SELECT FROM dead_letter AS letter
                WHERE letter.consumer = %s AND letter.event_id = told.event_id
                  AND letter.state <> 'replayed') AS given_up
  FROM outbox_event AS told
 WHERE position > %s AND position <= %s AND event_name = ANY(%s)
 ORDER BY position LIMIT %s
"""

_GIVE_BACK = """
INSERT INTO outbox_delivery (event_id, consumer)
SELECT position, %s FROM outbox_event WHERE event_id = %s
ON CONFLICT ON CONSTRAINT once_per_consumer DO UPDATE
   SET state = 'due', attempts = 0, next_attempt_at = statement_timestamp(), settled_at = NULL
"""


class NotRebuildable(Exception):
    """This consumer is not made of events alone."""


class LogIsIncomplete(Exception):
    """Events that the consumer has applied are not in the log any more."""


class Busy(Exception):
    """Another process rebuilds it, or its workers would not pause for a moment."""


def start(consumer: str) -> Rebuild:
    """Empty the consumer and begin, or give the rebuild that has begun already.

    Raises `NotRebuildable`, `LogIsIncomplete` and `Busy`; then nothing has changed.
    """
    if begun := running(consumer):
        return begun
    if not is_rebuildable(consumer):
        raise NotRebuildable(consumer)
    _must_be_whole(consumer)
    try:
        with transaction.atomic():
            return _begin(consumer)
    except IntegrityError as error:
        raise Busy(consumer) from error
    except OperationalError as error:
        if isinstance(error.__cause__, postgres.LockNotAvailable | postgres.DeadlockDetected):
            raise Busy(consumer) from error
        raise


def running(consumer: str) -> Rebuild | None:
    return Rebuild.objects.filter(consumer=consumer, finished_at=None).first()


def is_rebuildable(consumer: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc(%s) IS NOT NULL", [f"{consumer}_forget"])
        return bool(cursor.fetchone()[0])


def go_on(
    rebuild: Rebuild, seconds: float = 60, say: Callable[[Rebuild], None] = lambda _: None
) -> bool:
    """Apply portion after portion until all is applied (True) or the time is up.

    Killed anywhere, it goes on where it was. Raises `Busy` while another process works on it.
    """
    until = monotonic() + seconds
    with _alone(rebuild.consumer):
        rebuild.refresh_from_db()
        while rebuild.finished_at is None and monotonic() < until:
            _apply_portion(rebuild)
            say(rebuild)
    return rebuild.finished_at is not None


def _must_be_whole(consumer: str) -> None:
    absent = {contracts.producer_of(name) for name in _names(consumer)} - set(settings.SERVICES)
    if absent:
        raise LogIsIncomplete(f"the events of {', '.join(sorted(absent))} are logged elsewhere")
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN_TO_THE_LOG, [consumer])
        missing = dict(cursor.fetchall())
    pruned = PrunedEvents.objects.filter(event_name__in=_names(consumer))
    missing |= dict(pruned.values_list("event_name", "count"))
    if missing:
        listed = ", ".join(f"{count} × {name}" for name, count in sorted(missing.items()))
        raise LogIsIncomplete(f"it no longer has {listed}")


def _begin(consumer: str) -> Rebuild:
    """`last` is read after the inbox was emptied: whatever was applied by then is in the log up to
    there. A transaction that commits a lower position later still has its delivery to come."""
    rebuild = Rebuild.objects.create(consumer=consumer)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {consumer}_forget()")
    EventTally.objects.filter(consumer=consumer).delete()
    events = OutboxEvent.objects.filter(event_name__in=_names(consumer))
    newest = events.order_by("-position").values_list("position", flat=True).first()
    rebuild.last, rebuild.total = newest or 0, events.count()
    rebuild.save()
    return rebuild


def _apply_portion(rebuild: Rebuild) -> None:
    rows = _next_rows(rebuild)
    fit = [_event(row) for row in rows if not row[-1]]
    returned = _apply(rebuild.consumer, fit)
    over = len(rows) < PORTION
    Rebuild.objects.filter(pk=rebuild.pk).update(
        cursor=rebuild.last if over else rows[-1][0],
        done=F("done") + len(rows),
        returned=F("returned") + returned,
        finished_at=Now() if over else None,
    )
    rebuild.refresh_from_db()


def _next_rows(rebuild: Rebuild) -> list[tuple[Any, ...]]:
    given: list[Any] = [
        rebuild.consumer,
        rebuild.cursor,
        rebuild.last,
        _names(rebuild.consumer),
        PORTION,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, given)
        return list(cursor.fetchall())


def _event(row: tuple[Any, ...]) -> Event:
    _, event_id, name, version, at, producer, data, chain, cause, actor, trace, _ = row
    told = Event(
        event_id, name, version, at, producer, json.loads(data), chain, cause, actor, trace
    )
    return contracts.newest(told)


def _apply(consumer: str, events: Sequence[Event]) -> int:
    """How many had to be given back to ordinary delivery, which counts, waits and parks."""
    if not events:
        return 0
    try:
        inbox.apply(consumer, events)
    except (OperationalError, InterfaceError):
        raise  # no fault of any event
    except Exception:  # whatever it is, it is one event's
        if len(events) == 1:
            _give_back(consumer, events[0].event_id)
            return 1
        half = len(events) // 2
        return _apply(consumer, events[:half]) + _apply(consumer, events[half:])
    return 0


def _give_back(consumer: str, event_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [consumer, event_id])


def _names(consumer: str) -> list[str]:
    return sorted({name for name, _ in inbox.subscriptions(consumer)})


@contextmanager
def _alone(consumer: str) -> Iterator[None]:
    """For the session, so that it is free again when the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [LOCK, consumer])
        if not cursor.fetchone()[0]:
            raise Busy(consumer)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [LOCK, consumer])
