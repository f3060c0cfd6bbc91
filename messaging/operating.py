"""What operators ask for, from a page, the API or the terminal: done and put on record in
PostgreSQL, then a word to the workers, which may be lost."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.transaction import on_commit

from messaging import audit, dry_run, giving_up, operator_jobs, pausing, replay_runs
from messaging.models import ConsumerState, DeadLetter, Deed, DryRun, ReplayRun


def replay(
    letters: QuerySet[DeadLetter],
    by: UUID | None = None,
    *,
    chosen: str = "",
    key: str | None = None,
) -> ReplayRun | None:
    """Apply every parked one among `letters` again, in the background; None when there is none.
    The same `key` gives the same run."""
    run = replay_runs.start(letters, by, chosen=chosen, key=key)
    if run and run.is_running:
        on_commit(lambda: operator_jobs.send_replay(run))
    return run


def go_on(run_id: UUID, by: UUID | None = None) -> None:
    if replay_runs.go_on(run_id, by):
        run = ReplayRun.objects.get(pk=run_id)
        on_commit(lambda: operator_jobs.send_replay(run))


@transaction.atomic
def pause_consumer(consumer: str, reason: str, by: UUID | None = None) -> None:
    """It takes nothing until somebody lets it go on."""
    pausing.pause(consumer, reason, by)
    audit.note(Deed.Action.CONSUMER_PAUSED, f"consumer/{consumer}", by, reason=reason)


@transaction.atomic
def resume_consumer(consumer: str, by: UUID | None = None) -> bool:
    """Whoever paused it; False when it takes events already."""
    state = ConsumerState.objects.select_for_update().filter(pk=consumer).first()
    if not (state and state.paused_at):
        return False
    pausing.resume(consumer, by)
    said = {"paused_at": state.paused_at.isoformat(), "for": state.reason}
    audit.note(Deed.Action.CONSUMER_RESUMED, f"consumer/{consumer}", by, details=said)
    return True


def try_without_effect(letter: DeadLetter, by: UUID | None = None) -> DryRun:
    run = dry_run.ask(letter, by)
    on_commit(lambda: operator_jobs.send_dry_run(run))
    return run


def discard(
    letters: QuerySet[DeadLetter],
    reason: str,
    by: UUID | None = None,
    details: giving_up.Details = None,
) -> Deed | None:
    """See `giving_up.discard`; their producers are told."""
    deed = giving_up.discard(letters, reason, by, details)
    if deed:
        on_commit(lambda: operator_jobs.tell_producers(DeadLetter.objects.filter(deed=deed)))
    return deed


def restore(
    letters: QuerySet[DeadLetter], by: UUID | None = None, details: giving_up.Details = None
) -> Deed | None:
    """See `giving_up.restore`; their producers are told."""
    deed = giving_up.restore(letters, by, details)
    if deed:
        on_commit(lambda: operator_jobs.tell_producers(DeadLetter.objects.filter(deed=deed)))
    return deed
