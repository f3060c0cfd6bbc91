"""Closing a business day (B6): a barrier, the payout, the proof and the seal.

Each step is a transaction of its own and may be repeated: whoever comes after a crash goes on where
the day stands. The database refuses a seal while anything is unpaid or unproved. Posters lock
accounts in the order of their events; a step that loses to one begins again.
"""

import logging
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from psycopg.errors import LockNotAvailable

from billing_app import audit, events
from billing_app.locks import TELLING_THE_PAST
from billing_app.models import Action, BusinessDay, CloseRequest, Cycle, Payout
from billing_app.proofs import prove_balances
from billing_app.refusing import Refused, keeping_why, mended, newest_reason, refusal
from messaging.arrays import array
from messaging.business_day import today
from messaging.contention import despite_contention
from messaging.context import acting, current_origin
from messaging.crash_points import crash_point
from messaging.outbox import from_here, publish, publish_selected

PORTION = 5000  # payouts a transaction: seconds, whatever the number of accounts
SMALL = 1_000  # accounts that moved

_PAID = """paid AS MATERIALIZED (
  SELECT entry.*, account.public_id AS account
    FROM billing_pay_out(%(day)s, %(portion)s) AS entry
    JOIN billing_app_account AS account ON account.id = account_id)"""

log = logging.getLogger("ates.billing")


class UnknownDay(LookupError):
    """The ledger's calendar does not have this day."""


class NotOver(Exception):
    """The day has not ended yet, so it cannot be closed."""


class Busy(Exception):
    """Postings have held the barrier up for too long; nothing has changed, try again."""


class NotInOrder(Exception):
    """An earlier day is still open; it must be closed first."""


def close_when_due() -> list[date]:
    """The schedule's: unless somebody tells a past day by day, and closes it so."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s)", [TELLING_THE_PAST])
        (nobody_does,) = cursor.fetchone()
    try:
        return close_finished_days() if nobody_does else []
    except Refused:  # logged, and on the day's page
        return []


def close_finished_days() -> list[date]:
    """Close every day that is over, oldest first, and go on with one that somebody began to close;
    catches up after any absence."""
    open_calendar()
    begun = Q(status=BusinessDay.Status.CLOSING)
    days = BusinessDay.objects.exclude(status=BusinessDay.Status.CLOSED)
    return [
        day
        for day in days.filter(Q(day__lt=today()) | begun)
        .order_by("day")
        .values_list("day", flat=True)
        if close(day, by=None, early=True).is_closed
    ]


def close(day: date, by: UUID | None, early: bool = False) -> BusinessDay:
    """Pay out and seal a day; closing a closed day changes nothing.

    Raises like `begin` and `finish`.
    """
    begun = begin(day, by, early)
    return begun if begun.is_closed else finish(day, by)


def begin(day: date, by: UUID | None, early: bool = False) -> BusinessDay:
    """The barrier: from now on nothing can be booked in this day. Beginning twice changes nothing.

    Raises `UnknownDay`, `NotOver` (unless `early`, for demonstrations), `NotInOrder` and `Busy`.
    """
    open_calendar()
    known = BusinessDay.objects.filter(day=day).first()
    if known and known.is_closed:
        return known
    if day > today() or (day == today() and not early):
        raise NotOver(day)
    if known is None:
        raise UnknownDay(day)
    begun = despite_contention(lambda: _begin(day, by))
    known.refresh_from_db()
    if not (begun or known.is_closed):
        raise NotInOrder(day)
    crash_point("closing.after_barrier")
    return known


def finish(day: date, by: UUID | None = None) -> BusinessDay:
    """Pay out and seal a day that is closing, in the name of `by` or of who asked for it first.

    Raises `refusing.Refused`; nobody is paid from a balance that its entries do not prove.
    """
    asked = None if by else CloseRequest.objects.filter(pk=day).first()
    by = asked.requested_by if asked else by
    with keeping_why(day), acting(by, asked.correlation_id) if asked else nullcontext():
        _prove(day)
        pay_out(day)
        crash_point("closing.before_seal")
        return despite_contention(lambda: _seal(day, by))


def _prove(day: date) -> None:
    reason = f"the balances of {day} are not the sums of its entries"
    if not prove_balances(day).ok:
        raise refusal(day, reason)
    mended(day, reason)


def is_small(day: date) -> bool:
    """Whether closing it takes no longer than a page may."""
    return Cycle.objects.filter(day_id=day)[: SMALL + 1].count() <= SMALL


@dataclass(frozen=True, slots=True)
class Progress:
    """Of a closing day: payouts that are made, and how many there will be; why it cannot be closed,
    if the ledger refused."""

    done: int
    total: int
    refusal: str


def progress(day: date) -> Progress:
    done = Payout.objects.filter(day=day).count()
    return Progress(done, done + _unpaid(day).count(), newest_reason(day))


def open_calendar() -> None:
    """Make sure that there is a day for everything that happens now."""
    if not BusinessDay.objects.exists():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT billing_open_days(%s, %s)", [today(), today()])


def pay_out(day: date) -> None:
    """Pay every positive balance of a closing day; paying twice pays once."""
    while _unpaid(day).exists():
        despite_contention(lambda: _pay_portion(day))
        crash_point("closing.after_portion")


def _unpaid(day: date) -> QuerySet[Cycle]:
    return Cycle.objects.filter(day_id=day, closing_cents__gt=0)


def _begin(day: date, by: UUID | None = None) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT billing_begin_close(%s)", [day])
            begun = bool(cursor.fetchone()[0])
            if begun and by:
                chain = current_origin().correlation_id
                asked = CloseRequest(day=day, requested_by=by, correlation_id=chain)
                CloseRequest.objects.bulk_create([asked], ignore_conflicts=True)
            return begun
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Busy(day) from error
        raise


def _pay_portion(day: date) -> None:
    with transaction.atomic():
        given = {"day": day, "portion": PORTION} | from_here()
        paid = publish_selected(events.payouts_posted(_PAID), given)
        payouts = array(entry["source_id"] for entry in paid)
        publish_selected(events.payouts_made(), {"payouts": payouts} | from_here())
        crash_point("closing.before_portion_commits")


def _seal(day: date, by: UUID | None) -> BusinessDay:
    with transaction.atomic():
        sealed = list(BusinessDay.objects.raw("SELECT * FROM billing_seal(%s, %s)", [day, by]))
        publish([events.day_closed(row) for row in sealed])
        if by and sealed:
            _note(sealed[0], by)
        crash_point("closing.before_seal_commits")
    crash_point("closing.after_seal")
    for row in sealed:
        log.info("day %s of %s closed: %s", day, settings.BUSINESS_TIME_ZONE, row.seal)
    return sealed[0] if sealed else BusinessDay.objects.get(pk=day)


def _note(sealed: BusinessDay, by: UUID) -> None:
    action = Action.CLOSED if sealed.day < today() else Action.CLOSED_EARLY
    after = {"status": sealed.status, "entries": sealed.entries, "digest": sealed.seal}
    audit.note(action, f"day/{sealed.day}", by, before={"status": "closing"}, after=after)
