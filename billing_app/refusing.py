"""When the ledger refuses to close a day, because it contradicts itself: why is kept for the day's
page. Nothing of the refused step has happened; it is tried again until somebody has mended it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import IntegrityError

from billing_app.models import SealRefusal

log = logging.getLogger("ates.billing")


class Refused(Exception):
    """The ledger contradicts itself; the message says where."""


@contextmanager
def keeping_why(day: date) -> Iterator[None]:
    """Raises `Refused` for what a constraint or trigger refuses inside."""
    try:
        yield
    except IntegrityError as error:
        raise refusal(day, str(error).splitlines()[0]) from error


def refusal(day: date, reason: str) -> Refused:
    """Keep it, unless it is what was refused the last time, and have it to raise."""
    if newest_reason(day) != reason:
        SealRefusal.objects.create(day=day, reason=reason)
    log.error("the ledger refuses to close %s: %s", day, reason)
    return Refused(f"{day}: {reason}")


def mended(day: date, reason: str) -> None:
    """What the ledger refused for, if it did, is the case no more."""
    if newest_reason(day) == reason:
        SealRefusal.objects.create(day=day, reason="")


def newest_reason(day: date) -> str:
    """Why the ledger refuses to close a day; empty if it doesn't, or somebody has mended it."""
    newest = SealRefusal.objects.filter(day=day).order_by("-id").first()
    return newest.reason if newest else ""
