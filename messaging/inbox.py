"""Consuming: a batch is applied in one transaction, or split until the culprit stands alone."""

import importlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from messaging import bulk_contracts, contracts, dead_letters, failures, leases, pausing, waiting
from messaging.contention import despite_contention
from messaging.crash_points import crash_point
from messaging.event import Event, Impossible, NotYet, Subscriptions
from messaging.failures import MAX_ATTEMPTS, WorkerLost
from messaging.knowing import known
from messaging.models import DeadLetter
from messaging.remembering import remember
from observing import work

MAX_AGE = timedelta(days=400)  # ids of events are remembered for longer


_BEGIN = """
WITH in_hand AS (DELETE FROM inbox_lease WHERE id = %s)
SELECT pg_advisory_xact_lock_shared(%s, hashtext(%s))
"""


class TooOld(contracts.ContractError):
    """So old that nobody remembers whether it has been applied."""


@dataclass(slots=True)
class Outcome:
    """What became of a delivered batch; events in none of the lists wait for the next delivery."""

    applied: list[Event] = field(default_factory=list)
    parked: list[Event] = field(default_factory=list)
    discarded: list[Event] = field(default_factory=list)
    waiting: list[Event] = field(default_factory=list)


@cache
def subscriptions(consumer: str) -> Subscriptions:
    """The consumer's literal table: (event name, version) → handler, in the order to apply."""
    handlers = importlib.import_module(f"{consumer}_app.handlers")
    return cast("Subscriptions", handlers.SUBSCRIPTIONS)


def deliver(consumer: str, envelopes: Sequence[Any], probe: bool = False) -> Outcome:
    """Apply what is new, park what can never be applied, and say what is settled.

    Nothing is raised for a bad event; a lost database connection is, and nothing is settled.
    A paused consumer takes nothing but the first event of a `probe`."""
    return Delivery(consumer, probe).deliver(envelopes)


def apply(consumer: str, events: Sequence[Event], lease: int | None = None) -> list[Event]:
    """Remember the events and hand the new ones to their handlers, in one transaction; the events
    that had waited for these and have now been applied too."""
    with transaction.atomic():
        _begin(consumer, lease)
        _hand(consumer, events)
        released = _release(consumer, events)
        crash_point("inbox.after_handlers")
    return released


def read(consumer: str, envelope: Any, checked: bool = False) -> Event:
    """The event in a raw envelope, raised to the newest version this consumer knows.

    Raises `contracts.ContractError`, also for an event that the consumer has not subscribed to;
    `checked` says that the envelope has passed with its whole batch.
    """
    if not checked:
        contracts.check(envelope)
    event = contracts.newest(Event.of(envelope))
    if (event.name, event.version) not in subscriptions(consumer):
        raise contracts.UnknownEvent(f"{consumer} does not consume {event.name} {event.version}")
    return event


def _begin(consumer: str, lease: int | None) -> None:
    """The lease ends with this transaction, and nobody may begin to wait before that unseen."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [lease, waiting.LOCK, consumer])


def _hand(consumer: str, events: Sequence[Event]) -> None:
    fresh = remember(consumer, events)
    by_kind: dict[tuple[str, int], list[Event]] = defaultdict(list)
    for event in events:
        if event.event_id in fresh:
            fresh.discard(event.event_id)
            by_kind[event.name, event.version].append(event)
    crash_point("inbox.before_handlers")
    for kind, handler in subscriptions(consumer).items():
        if kind in by_kind:
            with work.handling(consumer, by_kind[kind]):
                handler(by_kind[kind])


def _release(consumer: str, applied: Sequence[Event]) -> list[Event]:
    """Apply what waited for these, and what waited for that. One that fails is no longer kept: the
    next time its producer asks for it, it is tried like any other."""
    released: list[Event] = []
    while applied and waiting.anybody(consumer):
        kept = waiting.take(consumer, applied)
        applied = [event for _, raw in kept if (event := _try_again(consumer, raw))]
        released += applied
    return released


def _try_again(consumer: str, envelope: Any) -> Event | None:
    try:
        with transaction.atomic():
            event = read(consumer, envelope)
            _hand(consumer, [event])
            return event
    except NotYet as error:
        waiting.keep(consumer, UUID(envelope["event_id"]), envelope, error.key)
    except Exception as error:
        if failures.nobodys(error):
            raise
    return None


class Delivery:
    """One batch on its way into a consumer: the envelopes as they came, the events in them."""

    def __init__(self, consumer: str, probe: bool) -> None:
        self.consumer, self.probe, self.outcome = consumer, probe, Outcome()
        self.envelopes: dict[UUID, Any] = {}
        self.events: dict[UUID, Event] = {}
        self.condition = pausing.Condition()

    def deliver(self, envelopes: Sequence[Any]) -> Outcome:
        leases.pay()
        self._read_all(envelopes)
        if self.events:
            self.condition = pausing.condition(self.consumer)
            if self.condition.busy:
                leases.count_lost(self.consumer)
            self.known = known(self.consumer, list(self.events))
            self._set_aside()
            self._apply_in_companies()
        return self.outcome

    def _read_all(self, envelopes: Sequence[Any]) -> None:
        checked, oldest = bulk_contracts.keep(envelopes), timezone.now() - MAX_AGE
        for envelope in envelopes:
            self._read(envelope, checked, oldest)

    def _read(self, envelope: Any, checked: bool, oldest: datetime) -> None:
        try:
            event = read(self.consumer, envelope, checked)
            if event.time < oldest:
                raise TooOld(f"it happened more than {MAX_AGE.days} days ago")
            self.events[event.event_id] = event
            self.envelopes[event.event_id] = envelope
        except Exception as error:  # whatever makes it unreadable, its neighbours go on
            self._park(envelope, error)

    def _set_aside(self) -> None:
        """What is kept already stays kept; what has died alone too often is parked."""
        for event_id, state in self.known.kept(self.envelopes):
            getattr(self.outcome, state).append(self.events.pop(event_id))
        for event_id, failed in self.known.failed.items():
            if failed.attempts >= MAX_ATTEMPTS and event_id in self.events:
                del self.events[event_id]
                self._park(self.envelopes[event_id], WorkerLost(leases.LOST["error"]))

    def _apply_in_companies(self) -> None:
        companies = self.known.companies(list(self.events))
        if self.condition.paused:
            companies = [companies[0][:1]] if self.probe and companies else []
        for company in companies:
            self._apply([self.events[event_id] for event_id in company])

    def _apply(self, events: Sequence[Event]) -> None:
        if self.condition.paused and not self.probe:
            return
        began = timezone.now()
        with leases.held(self.consumer, [event.event_id for event in events]) as lease:
            crash_point("inbox.after_lease")
            try:
                released = despite_contention(lambda: apply(self.consumer, events, lease))
            except Exception as error:
                if failures.nobodys(error):
                    raise
                self._split(events, error, lease, began)
            else:
                self._applied(events, released)

    def _applied(self, events: Sequence[Event], released: list[Event]) -> None:
        self.outcome.applied += [*events, *released]
        if any(event.event_id in self.known.failed for event in events):
            failures.forget(self.consumer, [event.event_id for event in events])
        if self.condition.paused or self.condition.failures:
            pausing.succeeded(self.consumer)
            self.condition = pausing.Condition()

    def _split(self, events: Sequence[Event], error: Exception, lease: int, at: datetime) -> None:
        if len(events) == 1:
            with transaction.atomic():
                leases.drop(lease)
                self._judge(events[0], error, began=at)
            return
        leases.drop(lease)
        half = len(events) // 2
        self._apply(events[:half])
        self._apply(events[half:])

    def _judge(self, event: Event, error: Exception, began: datetime) -> None:
        """Let it wait, park what is hopeless, or count; nothing counts while it is paused."""
        if isinstance(error, NotYet):
            self._wait(event, began)
        elif isinstance(error, Impossible):
            self._park(self.envelopes[event.event_id], error)
        elif not self.condition.paused:
            self._count(event, error, began)

    def _wait(self, event: Event, began: datetime) -> None:
        """Keep it, unless what it waits for has come meanwhile."""
        waiting.lock_to_keep(self.consumer)
        try:
            released = apply(self.consumer, [event])
        except NotYet as error:
            waiting.keep(self.consumer, event.event_id, self.envelopes[event.event_id], error.key)
            self.outcome.waiting.append(event)
        except Exception as error:
            if failures.nobodys(error):
                raise
            self._judge(event, error, began)
        else:
            self._applied([event], released)

    def _count(self, event: Event, error: Exception, began: datetime) -> None:
        number = failures.count(self.consumer, event.event_id, error, began)
        if number >= MAX_ATTEMPTS:
            self._park(self.envelopes[event.event_id], error)
        elif number == 1:
            self.condition.failures += 1
            self.condition.paused = pausing.failed(self.consumer, type(error).__name__)

    def _park(self, envelope: Any, error: Exception) -> None:
        letter = dead_letters.park(self.consumer, envelope, error)
        crash_point("inbox.after_park")
        if event := dead_letters.identify(envelope):
            given_up = letter.state == DeadLetter.State.DISCARDED
            (self.outcome.discarded if given_up else self.outcome.parked).append(event)
