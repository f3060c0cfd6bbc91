"""What workers do for the tracker. A job is only sent to be quick: the ticks of beat take up
whatever still runs, so a message that is lost costs ten seconds and nothing else."""

from typing import Any
from uuid import UUID

from celery import shared_task
from django.db import transaction

from messaging import hurrying
from messaging.crash_points import crash_point
from tasks_app import counting, importing
from tasks_app import shuffle as shuffling


@shared_task
def shuffle(run_id: str) -> None:
    if shuffling.go_on(UUID(run_id)):
        soon(shuffle, UUID(run_id))


@shared_task
def import_tasks(run_id: str) -> None:
    if importing.go_on(UUID(run_id)):
        soon(import_tasks, UUID(run_id))


@shared_task
def go_on_with_shuffles() -> None:
    shuffling.go_on_with_all()


@shared_task
def go_on_with_imports() -> None:
    importing.go_on_with_all()


@shared_task
def count_days() -> None:
    counting.count_days()


def soon(job: Any, run_id: UUID) -> None:
    """Have a worker begin with the run at once, if the broker is there to tell it."""
    transaction.on_commit(lambda: _send(job, str(run_id)))


def _send(job: Any, run_id: str) -> None:
    crash_point("run.before_job_is_sent")
    hurrying.send(job, "tasks.jobs", run_id)
