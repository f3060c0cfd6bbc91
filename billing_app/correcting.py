"""Corrections: a booked mistake is reversed, never edited; one person asks and another decides.

The database refuses whoever decides alone, or about their own account (migration 0011). Whoever
asked may take that back, which decides nothing.
"""

from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing_app import audit, events
from billing_app.models import Action, Correction, Entry
from messaging.outbox import publish

State = Correction.State


class AlreadyCorrected(Exception):
    """The entry has been reversed, or somebody has asked for it."""


class AlreadyDecided(Exception):
    """Somebody else was faster."""


def request(entry: Entry, reason: str, by: UUID) -> Correction:
    """Ask for the reversal of an entry. Raises `AlreadyCorrected`."""
    try:
        with transaction.atomic():
            asked = Correction.objects.create(entry=entry, reason=reason, requested_by=by)
            audit.note(
                Action.REQUESTED, f"entry/{entry.pk}", by, after=_state(asked), reason=reason
            )
    except IntegrityError as error:
        if Correction.objects.standing().filter(entry=entry).exists():
            raise AlreadyCorrected from error
        raise
    return asked


def approve(correction: Correction, by: UUID) -> Entry:
    """Book the opposite of the entry. Raises `AlreadyDecided`."""
    with transaction.atomic():
        before = _take(correction)
        (reversal,) = Entry.objects.raw(
            "SELECT * FROM billing_reverse(%s, %s, %s)",
            [correction.pk, by, settings.BUSINESS_TIME_ZONE],
        )
        publish([events.entry_posted(reversal, reversal.account.public_id)])
        correction.refresh_from_db()
        after = _state(correction) | {"reversal": reversal.pk}
        thing, reason = f"entry/{correction.entry_id}", correction.reason
        audit.note(Action.APPROVED, thing, by, before=before, after=after, reason=reason)
    return reversal


def reject(correction: Correction, by: UUID) -> None:
    """Leave the entry as it is. Raises `AlreadyDecided`."""
    _give_up(correction, State.REJECTED, Action.REJECTED, by)


def withdraw(correction: Correction, by: UUID) -> None:
    """Take one's own request back. Raises `AlreadyDecided`."""
    _give_up(correction, State.WITHDRAWN, Action.WITHDRAWN, by)


def _give_up(correction: Correction, state: State, action: Action, by: UUID) -> None:
    with transaction.atomic():
        before = _take(correction)
        correction.state, correction.decided_by = state, by
        correction.decided_at = timezone.now()
        correction.save(update_fields=["state", "decided_by", "decided_at"])
        thing, after = f"entry/{correction.entry_id}", _state(correction)
        audit.note(action, thing, by, before=before, after=after)


def _take(correction: Correction) -> audit.State:
    """Lock it; the state that it is in."""
    correction.refresh_from_db(from_queryset=Correction.objects.select_for_update())
    if not correction.is_waiting:
        raise AlreadyDecided
    return _state(correction)


def _state(correction: Correction) -> audit.State:
    return {"correction": str(correction.pk), "state": str(correction.state)}
