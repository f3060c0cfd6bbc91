"""What consumers' workers do for operators. A job is only sent to be quick: beat's tick takes up
whatever was left alone, so a message that is lost costs some seconds and nothing else."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from celery import shared_task
from django.db.models import QuerySet

from messaging import contracts, dry_run, replay_runs
from messaging.hurrying import send
from messaging.jobs import acknowledge, acknowledge_to_producers
from messaging.models import DeadLetter, DryRun, ReplayRun
from messaging.replay import Settled

TOLD = 1_000  # ids in a message

Address = tuple[str, str, str]


@shared_task
def replay_letters(run_id: str, consumer: str) -> None:
    """To the queue `<consumer>.events`: the next portion of a run."""
    tried = work_off(UUID(run_id), consumer)
    run = ReplayRun.objects.get(pk=run_id)
    if run.is_running and (tried or run.consumer != consumer):
        send_replay(run)


@shared_task
def try_letter(dry_run_id: str) -> None:
    """To the queue `<consumer>.events`."""
    dry_run.perform(UUID(dry_run_id))


@shared_task
def look_after(consumer: str) -> None:
    """Beat's tick, to the queue `<consumer>.events`: go on with what was left alone."""
    for run_id in replay_runs.take_up_left_alone(consumer):
        send(replay_letters, f"{consumer}.events", str(run_id), consumer)
    for run_id in dry_run.left_alone(consumer):
        dry_run.perform(run_id)


def work_off(run_id: UUID, consumer: str) -> int:
    """Replay a portion and tell the producers; the number of letters that were tried."""
    tried: list[Settled | None] = []
    try:
        tried.extend(replay_runs.work(run_id, consumer))
    finally:
        settled = [one for one in tried if one]
        applied = [event for one in settled for event in one.applied]
        waiting = [event for one in settled for event in one.waiting]
        acknowledge_to_producers(consumer, applied, waiting=waiting)
    return len(tried)


def send_replay(run: ReplayRun) -> None:
    send(replay_letters, f"{run.consumer}.events", str(run.pk), run.consumer)


def send_dry_run(run: DryRun) -> None:
    send(try_letter, f"{run.letter.consumer}.events", str(run.pk))


def tell_producers(letters: QuerySet[DeadLetter]) -> None:
    """That they were given up, or are parked again. Who does not hear of it asks in an hour."""
    rows = letters.filter(event_id__isnull=False).order_by("consumer", "pk")
    told = rows.values_list("consumer", "state", "event_id", "envelope__producer")
    for (consumer, state, producer), ids in _portions(told.iterator(chunk_size=TOLD)):
        if producer in contracts.producers():
            given_up = state == DeadLetter.State.DISCARDED
            ids_by_state = ([], ids) if given_up else (ids, [])
            if not send(acknowledge, f"{producer}.acks", consumer, [], *ids_by_state):
                return


def _portions(
    rows: Iterable[tuple[str, str, UUID | None, Any]],
) -> Iterator[tuple[Address, list[str]]]:
    """Ids by consumer, state and producer, at most `TOLD` at once."""
    gathered: dict[Address, list[str]] = defaultdict(list)
    for consumer, state, event_id, producer in rows:
        ids = gathered[consumer, state, str(producer)]
        ids.append(str(event_id))
        if len(ids) == TOLD:
            yield (consumer, state, str(producer)), gathered.pop((consumer, state, str(producer)))
    yield from gathered.items()
