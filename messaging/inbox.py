"""Consuming: a batch is applied in one transaction, or split until the culprit stands alone."""

import importlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction
from psycopg import errors as postgres

from messaging import contracts, dead_letters
from messaging.crash_points import crash_point
from messaging.event import Event, Impossible, NotYet, Subscriptions
from messaging.models import InboxFailure
from messaging.remembering import remember

MAX_ATTEMPTS = 5
CONTENTION_RETRIES = 3


@dataclass(slots=True)
class Outcome:
    """What became of a delivered batch; events in neither list wait for the next delivery."""

    applied: list[Event] = field(default_factory=list)
    parked: list[Event] = field(default_factory=list)


@cache
def subscriptions(consumer: str) -> Subscriptions:
    """The consumer's literal table: (event name, version) → handler, in the order to apply."""
    handlers = importlib.import_module(f"{consumer}_app.handlers")
    return cast("Subscriptions", handlers.SUBSCRIPTIONS)


def deliver(consumer: str, envelopes: Sequence[Any]) -> Outcome:
    """Apply what is new, park what can never be applied, and say what is settled.

    Nothing is raised for a bad event; a lost database connection is, and nothing is settled.
    """
    outcome = Outcome()
    events = [event for raw in envelopes if (event := _read(consumer, raw, outcome))]
    parked_before = dead_letters.parked_ids(consumer, [event.event_id for event in events])
    outcome.parked += [event for event in events if event.event_id in parked_before]
    _apply(consumer, [event for event in events if event.event_id not in parked_before], outcome)
    return outcome


def apply(consumer: str, events: Sequence[Event]) -> None:
    """Remember the events and hand the new ones to their handlers, in one transaction."""
    with transaction.atomic():
        fresh = remember(consumer, events)
        by_kind: dict[tuple[str, int], list[Event]] = defaultdict(list)
        for event in events:
            if event.event_id in fresh:
                fresh.discard(event.event_id)
                by_kind[event.name, event.version].append(event)
        crash_point("inbox.before_handlers")
        for kind, handler in subscriptions(consumer).items():
            if kind in by_kind:
                handler(by_kind[kind])
        crash_point("inbox.after_handlers")


def read(consumer: str, envelope: Any) -> Event:
    """The event in a raw envelope, raised to the newest version this consumer knows.

    Raises `contracts.ContractError`, also for an event that the consumer has not subscribed to.
    """
    contracts.check(envelope)
    event = contracts.newest(Event.of(envelope))
    if (event.name, event.version) not in subscriptions(consumer):
        raise contracts.UnknownEvent(f"{consumer} does not consume {event.name} {event.version}")
    return event


def _read(consumer: str, envelope: Any, outcome: Outcome) -> Event | None:
    try:
        return read(consumer, envelope)
    except Exception as error:  # whatever makes it unreadable, its neighbours go on
        dead_letters.park(consumer, envelope, error)
        if identified := dead_letters.identify(envelope):
            outcome.parked.append(identified)
        return None


def _apply(consumer: str, events: Sequence[Event], outcome: Outcome) -> None:
    if not events:
        return
    try:
        _apply_despite_contention(consumer, events)
    except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
        raise  # no fault of any event
    except Exception as error:
        if len(events) == 1:
            _fail(consumer, events[0], error, outcome)
            return
        half = len(events) // 2
        _apply(consumer, events[:half], outcome)
        _apply(consumer, events[half:], outcome)
    else:
        outcome.applied += events


def _apply_despite_contention(consumer: str, events: Sequence[Event]) -> None:
    for _ in range(CONTENTION_RETRIES):
        try:
            return apply(consumer, events)
        except OperationalError as error:
            if not isinstance(
                error.__cause__, postgres.DeadlockDetected | postgres.SerializationFailure
            ):
                raise
    return apply(consumer, events)


def _fail(consumer: str, event: Event, error: Exception, outcome: Outcome) -> None:
    """Count the failure, or park the event when it is hopeless or has failed too often."""
    if isinstance(error, NotYet):
        return
    if not isinstance(error, Impossible) and _count(consumer, event, error) < MAX_ATTEMPTS:
        return
    dead_letters.park(consumer, event.envelope(), error)
    crash_point("inbox.after_park")
    outcome.parked.append(event)


def _count(consumer: str, event: Event, error: Exception) -> int:
    row, created = InboxFailure.objects.get_or_create(
        consumer=consumer, event_id=event.event_id, defaults={"last_error": repr(error)}
    )
    if not created:
        row.attempts += 1
        row.last_error = repr(error)
        row.save()
    return row.attempts
