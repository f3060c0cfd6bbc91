"""Giving letters up for a reason that stays on record, and taking that back (E3).

Both are one statement however many letters they are about.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from messaging import audit
from messaging.models import DeadLetter, Deed

UNDO_DAYS = 30
LONGEST_REASON = 1_000  # characters

Details = dict[str, Any] | None

_FORGET_FAILURES = """
DELETE FROM inbox_failure USING dead_letter
 WHERE dead_letter.deed_id = %s AND inbox_failure.consumer = dead_letter.consumer
   AND inbox_failure.event_id = dead_letter.event_id
"""


@transaction.atomic
def discard(
    letters: QuerySet[DeadLetter], reason: str, by: UUID | None = None, details: Details = None
) -> Deed | None:
    """Give up every parked one among `letters`, for a reason that stays on record with `details`
    (which filter or ids were asked for). The deed, or None when none was parked. ValueError
    without a reason."""
    if not reason.strip():
        raise ValueError("discarding a dead letter needs a reason")
    ids = _locked(letters, DeadLetter.State.PARKED)
    if not ids:
        return None
    action, count = Deed.Action.DISCARDED, len(ids)
    deed = audit.note(action, _thing(ids), by, count=count, reason=reason.strip(), details=details)
    DeadLetter.objects.filter(pk__in=ids).update(
        state=DeadLetter.State.DISCARDED,
        reason=reason.strip(),
        resolved_by=by,
        resolved_at=timezone.now(),
        deed=deed,
    )
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_FAILURES, [deed.pk])
    return deed


@transaction.atomic
def restore(
    letters: QuerySet[DeadLetter], by: UUID | None = None, details: Details = None
) -> Deed | None:
    """Park again whatever among `letters` was discarded in the last `UNDO_DAYS`; the deed, or None
    when that was nothing."""
    ids = _locked(restorable(letters), DeadLetter.State.DISCARDED)
    if not ids:
        return None
    deed = audit.note(Deed.Action.RESTORED, _thing(ids), by, count=len(ids), details=details)
    DeadLetter.objects.filter(pk__in=ids).update(
        state=DeadLetter.State.PARKED, reason="", resolved_by=None, resolved_at=None, deed=deed
    )
    return deed


def restorable(letters: QuerySet[DeadLetter]) -> QuerySet[DeadLetter]:
    """Those that may still be taken back: not too long ago, and not parked anew meanwhile."""
    since = timezone.now() - timedelta(days=UNDO_DAYS)
    twin = DeadLetter.objects.parked().filter(
        consumer=OuterRef("consumer"), fingerprint=OuterRef("fingerprint")
    )
    recent = letters.filter(state=DeadLetter.State.DISCARDED, resolved_at__gte=since)
    return recent.exclude(Exists(twin))


def _locked(letters: QuerySet[DeadLetter], state: DeadLetter.State) -> list[int]:
    """By number, so that two operators at once wait for each other and never lock both."""
    rows = letters.filter(state=state).order_by("pk").select_for_update(of=("self",))
    return list(rows.values_list("pk", flat=True))


def _thing(ids: list[int]) -> str:
    if len(ids) > 1:
        return "letters"
    return f"letter/{DeadLetter.objects.values_list('public_id', flat=True).get(pk=ids[0])}"
