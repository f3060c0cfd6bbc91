"""Dead letters: what could not be applied is kept whole, seen, replayed or discarded (E3)."""

import hashlib
import json
import traceback
from typing import Any
from uuid import UUID

from django.utils import timezone

from messaging.error_groups import error_group
from messaging.event import Event
from messaging.models import DeadLetter, InboxFailure

NAME_LENGTH, MAX_VERSION = 100, 32_767  # what the columns hold


def park(consumer: str, envelope: Any, error: Exception) -> DeadLetter:
    """Keep the envelope, the error and the number of attempts; parking twice is parking once."""
    same = DeadLetter.objects.filter(consumer=consumer, fingerprint=fingerprint(envelope))
    if given_up := same.filter(state=DeadLetter.State.DISCARDED).first():
        return given_up
    letter, _ = DeadLetter.objects.get_or_create(
        consumer=consumer,
        fingerprint=fingerprint(envelope),
        state=DeadLetter.State.PARKED,
        defaults={
            **_identity(consumer, identify(envelope)),
            **described(error),
            "envelope": storable(envelope),
        },
    )
    return letter


def described(error: Exception) -> dict[str, str]:
    """What a letter says about its error."""
    kind = type(error).__name__[:NAME_LENGTH]
    text = printable(error)
    trace = printable("".join(traceback.format_exception(error)))
    return {
        "error_kind": kind,
        "error": text,
        "traceback": trace,
        "error_group": error_group(kind, text, trace),
    }


def _identity(consumer: str, event: Event | None) -> dict[str, Any]:
    if event is None:
        return {}
    data: Any = event.data
    data = data if isinstance(data, dict) else {}
    return {
        "event_id": event.event_id,
        "event_name": printable(event.name)[:NAME_LENGTH],
        "event_version": event.version if 0 <= event.version <= MAX_VERSION else None,
        "correlation_id": event.correlation_id,
        "task_id": _uuid(data.get("task_id")),
        "account_id": _uuid(data.get("account_id")),
        "attempts": _attempts(consumer, event),
    }


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value)
    except (TypeError, ValueError, AttributeError):
        return None


def identify(envelope: Any) -> Event | None:
    """The event in an envelope that is whole enough to name one, valid or not."""
    try:
        return Event.told_in(envelope)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def storable(envelope: Any) -> Any:
    """The envelope as PostgreSQL can keep it; what it can't (NUL, NaN, half a character, null) is
    kept as the text of the message."""
    text = json.dumps(envelope)
    try:
        json.dumps(envelope, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        return {"unreadable": text}
    return {"unreadable": text} if envelope is None or "\\u0000" in text else envelope


def printable(text: object) -> str:
    return str(text).replace("\0", "").encode(errors="replace").decode()


def fingerprint(envelope: Any) -> str:
    return hashlib.sha256(json.dumps(envelope, sort_keys=True).encode()).hexdigest()


def _attempts(consumer: str, event: Event) -> int:
    failures = InboxFailure.objects.filter(consumer=consumer, event_id=event.event_id)
    return failures.values_list("attempts", flat=True).first() or 1


def resolve(letter: DeadLetter, state: DeadLetter.State, by: UUID | None) -> None:
    """Close the letter; what had failed before counts no longer."""
    letter.state, letter.resolved_by, letter.resolved_at = state, by, timezone.now()
    letter.save()
    if letter.event_id:
        failures = InboxFailure.objects.filter(event_id=letter.event_id)
        failures.filter(consumer=letter.consumer).delete()
