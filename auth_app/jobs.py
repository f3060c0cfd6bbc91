"""What the schedule does for auth."""

from celery import shared_task

from auth_app import refresh


@shared_task
def forget_sign_ins() -> None:
    refresh.prune()
