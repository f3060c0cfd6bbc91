"""Sign-ins that were ended before their access tokens are over by themselves: those are refused.

A token can't be called back, so auth tells every service, which remembers it for the few minutes
that matter.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from access.models import EndedSignIn
from messaging.event import Event

_FORGET = """
DELETE FROM access_ended_sign_in WHERE sign_in IN
  (SELECT sign_in FROM access_ended_sign_in WHERE forget_at < %s LIMIT 100 FOR UPDATE SKIP LOCKED)
"""


def on_sign_in_ended(events: Sequence[Event]) -> None:
    """The handler of every service; what is told again, or too late to matter, changes nothing."""
    now = timezone.now()
    told = [_ended(event) for event in events]
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [now])
    EndedSignIn.objects.bulk_create(
        sorted((row for row in told if row.forget_at > now), key=lambda row: row.sign_in),
        ignore_conflicts=True,
    )


def has_ended(sign_in: UUID) -> bool:
    return EndedSignIn.objects.filter(pk=sign_in).exists()


def _ended(event: Event) -> EndedSignIn:
    return EndedSignIn(
        sign_in=UUID(event.data["sign_in_id"]),
        forget_at=datetime.fromisoformat(event.data["tokens_end_at"]),
    )
