"""Replay: a parked event is applied again, with a fresh budget of attempts and the same id."""

import traceback
from uuid import UUID

from django.db import transaction

from messaging import dead_letters, inbox
from messaging.event import Event
from messaging.models import DeadLetter


def replay(letter_id: int, by: UUID | None = None) -> Event | None:
    """Apply one parked event; the event when it is settled now. Replaying twice applies once."""
    with transaction.atomic():
        letter = DeadLetter.objects.select_for_update().get(pk=letter_id)
        if letter.state == DeadLetter.State.DISCARDED:
            return None
        try:
            with transaction.atomic():
                event = inbox.read(letter.consumer, letter.envelope)
                inbox.apply(letter.consumer, [event])
        except Exception as error:  # whatever it is, it belongs on the letter
            _note(letter, error)
            return None
        dead_letters.resolve(letter, DeadLetter.State.REPLAYED, by)
        return event


def _note(letter: DeadLetter, error: Exception) -> None:
    letter.attempts += 1
    letter.error_kind, letter.error = type(error).__name__, str(error)
    letter.traceback = "".join(traceback.format_exception(error))
    letter.save()
