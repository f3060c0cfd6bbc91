"""Forgetting what is finished. The database itself refuses to forget what is not (E3)."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

PORTION = 5_000
INBOX_DAYS = 402  # the inbox parks what happened more than 400 days ago
ATTEMPT_DAYS = 90
CANARY_DAYS = 1
FORM_KEY_DAYS = 30  # nobody sends a form again that is older

_PRUNE = {
    "deliveries": "SELECT * FROM messaging_prune_deliveries(make_interval(days => %s), %s, %s)",
    "events": "SELECT * FROM messaging_prune_events(make_interval(days => %s), %s, %s)",
    "inbox": "SELECT * FROM messaging_prune_inbox(make_interval(days => %s), %s, %s)",
    "attempts": "SELECT * FROM messaging_prune_attempts(make_interval(days => %s), %s, %s)",
}
_CANARIES = """
DELETE FROM worker_canary WHERE seen_at < statement_timestamp() - make_interval(days => %s)
"""
_FORM_KEYS = "DELETE FROM form_key WHERE at < statement_timestamp() - make_interval(days => %s)"


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows of one kind were deleted, all of them older than `days`."""

    what: str
    days: int
    deleted: int


def prune(seconds: float = float("inf")) -> Iterator[Pruned]:
    """Delete what is older than the retention says, in small transactions, for about so many
    seconds; what is left then is left to the next time."""
    until = time.monotonic() + seconds
    for what, days in _retention().items():
        yield Pruned(what, days, _prune(what, days, until))
    with connection.cursor() as cursor:
        cursor.execute(_CANARIES, [CANARY_DAYS])
        yield Pruned("canaries", CANARY_DAYS, cursor.rowcount)
        cursor.execute(_FORM_KEYS, [FORM_KEY_DAYS])
        yield Pruned("form keys", FORM_KEY_DAYS, cursor.rowcount)


def _retention() -> dict[str, int]:
    """What → days. Events are kept for ever unless the environment says otherwise: read models
    are rebuilt from them."""
    asked = {
        "deliveries": settings.DELIVERY_RETENTION_DAYS,
        "events": settings.EVENT_RETENTION_DAYS,
        "inbox": INBOX_DAYS,
        "attempts": ATTEMPT_DAYS,
    }
    return {what: days for what, days in asked.items() if days}


def _prune(what: str, days: int, until: float) -> int:
    total = 0
    place: int | None = 0
    while place is not None and time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(_PRUNE[what], [days, place, PORTION])
            deleted, place = cursor.fetchone()
        total += deleted
    return total
