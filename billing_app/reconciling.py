"""Reconciliation: when the ledger is proved, and the record of it.

What is due is decided by rows: a day closed or refused since, somebody who asked, an hour gone by.
"""

from datetime import date, datetime, timedelta
from time import monotonic
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from billing_app import audit
from billing_app.locks import RECONCILING
from billing_app.models import (
    Action,
    BusinessDay,
    CheckRequest,
    Difference,
    Reconciliation,
    SealRefusal,
)
from billing_app.proofs import prove

INTERVAL = timedelta(hours=1)
Why = Reconciliation.Why

_BEGIN = """
SELECT clock_timestamp(), (SELECT max(day) FROM billing_app_businessday WHERE status = 'closed')
"""


def reconcile(why: Why, by: UUID | None = None, day: date | None = None) -> Reconciliation:
    """Prove every claim, of all days or of one, and keep what was found."""
    begun = monotonic()
    checked_at, closed_through = _begin()
    checks = prove(day)
    with transaction.atomic():
        run = Reconciliation.objects.create(
            checked_at=checked_at,
            seconds=monotonic() - begun,
            why=why,
            asked_by=by,
            day=day,
            closed_through=closed_through,
            ok=all(check.ok for check in checks),
            verdicts={check.key: check.differences for check in checks},
        )
        Difference.objects.bulk_create(
            Difference(run=run, claim=check.key, **row) for check in checks for row in check.found
        )
    return run


def reconcile_when_due() -> Reconciliation | None:
    """The schedule's: one at a time, and only if there is a reason."""
    with transaction.atomic():
        if not _alone():
            return None
        reason = _reason()
        return reconcile(*reason) if reason else None


def ask(by: UUID) -> None:
    """Have the ledger proved as soon as a worker is free."""
    with transaction.atomic():
        CheckRequest.objects.create(requested_by=by)
        audit.note(Action.RECONCILED, "ledger", by)


def awaited(newest: Reconciliation | None) -> CheckRequest | None:
    """The request that no run has answered yet."""
    requests = CheckRequest.objects.order_by("-requested_at")
    if newest:
        requests = requests.filter(requested_at__gt=newest.checked_at)
    return requests.first()


def _begin() -> tuple[datetime, date | None]:
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN)
        checked_at, closed_through = cursor.fetchone()
    return checked_at, closed_through


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [RECONCILING])
        return bool(cursor.fetchone()[0])


def _reason() -> tuple[Why, UUID | None] | None:
    newest = Reconciliation.objects.newest()
    if request := awaited(newest):
        return Why.PERSON, request.requested_by
    if newest is None or newest.checked_at < timezone.now() - INTERVAL:
        return Why.SCHEDULE, None
    if SealRefusal.objects.filter(at__gt=newest.checked_at).exclude(reason="").exists():
        return Why.REFUSED, None
    closed = BusinessDay.objects.filter(status=BusinessDay.Status.CLOSED).order_by("-day").first()
    if closed and (newest.closed_through is None or closed.day > newest.closed_through):
        return Why.CLOSE, None
    return None
