"""What the schedule does; each may run as often as it likes, at the same time too."""

from datetime import date
from uuid import UUID

from celery import shared_task

from billing_app import closing, payouts, reconciling
from billing_app.models import BusinessDay
from messaging import hurrying


@shared_task
def close_days() -> None:
    closing.close_when_due()


@shared_task
def send_payouts() -> None:
    payouts.send_due_notices()


@shared_task(soft_time_limit=30 * 60, time_limit=31 * 60)
def reconcile() -> None:
    """Grows with the ledger; a second one that is delivered meanwhile finds nothing to do."""
    reconciling.reconcile_when_due()


def close(day: date, by: UUID, early: bool = False) -> BusinessDay:
    """A small day is closed when this returns; of a large one the barrier is set, and a worker does
    the rest. Raises like `closing.close`."""
    begun = closing.begin(day, by, early)
    if begun.is_closed:
        return begun
    if closing.is_small(day):
        return closing.finish(day, by)
    hurrying.soon(close_days, "billing.jobs")
    return begun
