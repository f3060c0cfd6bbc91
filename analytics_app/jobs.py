"""What the schedule does for analytics."""

from contextlib import suppress

from celery import shared_task

from messaging import rebuilding


@shared_task
def go_on_with_rebuild() -> None:
    """Take up a rebuild whose process was killed; one that is being worked on is left alone."""
    if left := rebuilding.running("analytics"):
        with suppress(rebuilding.Busy):
            rebuilding.go_on(left)
