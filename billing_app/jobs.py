"""What the schedule does; each may run as often as it likes, at the same time too."""

from celery import shared_task

from billing_app import closing, payouts, reconciling


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
