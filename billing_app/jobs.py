"""What the schedule does; each may run as often as it likes, at the same time too."""

from celery import shared_task

from billing_app import closing, payouts, reconciling


@shared_task
def close_days() -> None:
    closing.close_finished_days()


@shared_task
def send_payouts() -> None:
    payouts.send_due_notices()


@shared_task
def reconcile() -> None:
    reconciling.reconcile_when_due()
