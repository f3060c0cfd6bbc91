"""Replay: a parked event is applied again, with a fresh budget of attempts and the same id."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from messaging import dead_letters, failures, inbox, leases, waiting
from messaging.event import Event, NotYet
from messaging.models import DeadLetter, InboxAttempt


@dataclass(frozen=True, slots=True)
class Settled:
    """What a replay has applied (whatever had waited for it, too), or lets wait from now on."""

    applied: list[Event] = field(default_factory=list)
    waiting: list[Event] = field(default_factory=list)


def replay(letter_id: int, by: UUID | None = None) -> Settled | None:
    """Apply one parked event; None when it failed again. Replaying twice applies once. What tells
    of the database and not of the event is raised."""
    began = timezone.now()
    with transaction.atomic():
        letter = DeadLetter.objects.select_for_update().get(pk=letter_id)
        if letter.is_discarded:
            return None
        letter.replays += 1
        try:
            with transaction.atomic():
                settled = _apply(letter)
        except Exception as error:
            if failures.nobodys(error):
                raise
            _note(letter, error, began)
            return None
        dead_letters.resolve(letter, DeadLetter.State.REPLAYED, by)
        return settled


def _apply(letter: DeadLetter) -> Settled:
    event = inbox.read(letter.consumer, letter.envelope)
    try:
        return _applied(letter.consumer, event)
    except NotYet:
        waiting.lock_to_keep(letter.consumer)
    try:
        return _applied(letter.consumer, event)
    except NotYet as error:
        waiting.keep(letter.consumer, event.event_id, letter.envelope, error.key)
        return Settled(waiting=[event])


def _applied(consumer: str, event: Event) -> Settled:
    with transaction.atomic():
        return Settled([event, *inbox.apply(consumer, [event])])


def _note(letter: DeadLetter, error: Exception, began: datetime) -> None:
    _keep_attempt(letter, letter.parked_at)
    letter.attempts += 1
    for column, value in dead_letters.described(error).items():
        setattr(letter, column, value)
    letter.save()
    _keep_attempt(letter, began, worker=leases.worker())


def _keep_attempt(letter: DeadLetter, began: datetime, worker: str = "") -> None:
    """What the letter says now, in the history, unless it is there: what is parked at once has
    none."""
    if letter.event_id is None:
        return
    InboxAttempt.objects.get_or_create(
        consumer=letter.consumer,
        event_id=letter.event_id,
        number=letter.attempts,
        defaults={
            "started_at": began,
            "worker": worker,
            "error_kind": letter.error_kind,
            "error": letter.error,
            "traceback": letter.traceback,
        },
    )


def blame_worker(letter_id: int) -> None:
    """Whoever replayed the letter died of it."""
    DeadLetter.objects.filter(pk=letter_id).update(
        attempts=F("attempts") + 1, replays=F("replays") + 1
    )
