"""Replays as background runs: a snapshot of letters, worked off by their consumers' workers.

A run is a row, so a page may be closed, a worker may die, the broker may lose the message: whoever
comes next goes on where the row stands. Locks are taken in the order item, letter, run.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError, IntegrityError, InterfaceError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from messaging import audit
from messaging.crash_points import crash_point
from messaging.models import DeadLetter, Deed, ReplayItem, ReplayRun
from messaging.replay import Settled, blame_worker, replay

MAX_TRIES = 2  # a letter that kills its worker twice has failed
PORTION_SECONDS = 1.0
STALE = timedelta(seconds=10)

Outcome = ReplayItem.Outcome
Status = ReplayRun.Status

_SNAPSHOT = """
INSERT INTO replay_item (run_id, place, letter_id, consumer)
SELECT %s, row_number() OVER (ORDER BY consumer, id), id, consumer
  FROM ({chosen}) AS chosen (id, consumer)
"""


def start(
    letters: QuerySet[DeadLetter],
    by: UUID | None = None,
    *,
    chosen: str = "",
    key: str | None = None,
) -> ReplayRun | None:
    """A run over every parked one among `letters` as of now; None when there is none. The same
    `key` gives the same run. `chosen` is the filter as people read it."""
    try:
        with transaction.atomic():
            return _start(letters, by, chosen, key)
    except IntegrityError:  # pressed twice
        if key is None:
            raise
        return ReplayRun.objects.get(key=key)


def _start(
    letters: QuerySet[DeadLetter], by: UUID | None, chosen: str, key: str | None
) -> ReplayRun | None:
    run = ReplayRun.objects.create(started_by=by, chosen=chosen, key=key)
    run.total = _snapshot(run, letters)
    if not run.total:
        run.delete()
        return None
    first = _waiting(run.pk).select_related("letter").get(place=1)
    run.turn_to(first.consumer)
    run.save()
    thing = f"letter/{first.letter.public_id}" if run.total == 1 else f"run/{run.pk}"
    details = {"chosen": chosen, "run": str(run.pk)}
    audit.note(Deed.Action.REPLAYED, thing, by, count=run.total, details=details)
    return run


def _snapshot(run: ReplayRun, letters: QuerySet[DeadLetter]) -> int:
    parked = letters.filter(state=DeadLetter.State.PARKED).order_by()
    query, params = parked.values_list("pk", "consumer").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOT.format(chosen=query), [run.pk, *params])
        return int(cursor.rowcount)


def work(run_id: UUID, consumer: str, limit: int = 100) -> Iterator[Settled | None]:
    """Replay up to `limit` of the run's next letters, as long as they are the consumer's; gives
    what became of each, None when it is not settled. Ends when the run does, when another worker
    is at it, or after `PORTION_SECONDS`: new events must not wait for old ones."""
    until = time.monotonic() + PORTION_SECONDS
    for _ in range(limit):
        if time.monotonic() > until:
            return
        item = _begin(run_id, consumer)
        if item is None:
            return
        yield _settle(item)


def _begin(run_id: UUID, consumer: str) -> ReplayItem | None:
    """The next letter, with this try counted before anything can go wrong."""
    with transaction.atomic():
        first = _waiting(run_id).values("pk")[:1]
        item = ReplayItem.objects.filter(pk__in=first).select_for_update(skip_locked=True).first()
        run = ReplayRun.objects.lock(run_id)
        if item is None or item.outcome or not run.is_running:
            return None
        run.turn_to(item.consumer)
        run.worked_at = timezone.now()
        run.save()
        if item.consumer != consumer:
            return None
        item.tries += 1
        item.save()
    crash_point("replay.after_begin")
    return item


def _settle(item: ReplayItem) -> Settled | None:
    """Effect and outcome are one transaction. A try that ends in an error is none: only a worker
    that dies leaves it counted."""
    try:
        with transaction.atomic():
            item = ReplayItem.objects.select_for_update().get(pk=item.pk)
            if item.outcome:
                return None
            settled = _apply(item)
            item.settled_at = timezone.now()
            item.save()
            _count(item)
    except Exception:
        with suppress(DatabaseError, InterfaceError):
            ReplayItem.objects.filter(pk=item.pk).update(tries=F("tries") - 1)
        raise
    crash_point("replay.after_letter")
    return settled


def _count(item: ReplayItem) -> None:
    run = ReplayRun.objects.lock(item.run_id)
    before = run.status
    run.count(Outcome(item.outcome))
    run.save()
    if run.status != before:
        _note_end(run)


def _apply(item: ReplayItem) -> Settled | None:
    letter = DeadLetter.objects.select_for_update().get(pk=item.letter_id)
    if not letter.is_parked:
        item.outcome = Outcome.SKIPPED
        return None
    if item.tries > MAX_TRIES:
        blame_worker(letter.pk)
        item.outcome, item.error = Outcome.FAILED, "WorkerLost: the worker died of it"
        return None
    if settled := replay(letter.pk, item.run.started_by):
        item.outcome = Outcome.REPLAYED
        return settled
    letter.refresh_from_db(fields=["error_kind", "error"])
    item.outcome, item.error = Outcome.FAILED, f"{letter.error_kind}: {letter.error}"
    return None


def _note_end(run: ReplayRun) -> None:
    outcome = {"replayed": run.replayed, "failed": run.failed, "skipped": run.skipped}
    said = {"status": run.status, "stopped_for": run.stopped_for, **outcome}
    thing = f"run/{run.pk}"
    audit.note(Deed.Action.REPLAY_ENDED, thing, run.started_by, count=run.done, details=said)


@transaction.atomic
def pause(run_id: UUID, by: UUID | None = None) -> bool:
    """After the letter that is under way; False when it does not run."""
    run = ReplayRun.objects.lock(run_id)
    if not run.is_running:
        return False
    run.status = Status.PAUSED
    return _changed(run, Deed.Action.RUN_PAUSED, by)


@transaction.atomic
def go_on(run_id: UUID, by: UUID | None = None) -> bool:
    """After a pause or a stop; False when it runs or is over."""
    run = ReplayRun.objects.lock(run_id)
    if not run.can_go_on:
        return False
    run.take_up()
    return _changed(run, Deed.Action.RUN_RESUMED, by)


@transaction.atomic
def cancel(run_id: UUID, by: UUID | None = None) -> bool:
    """What was replayed stays so, the rest stays parked; False when it is over."""
    run = ReplayRun.objects.lock(run_id)
    if run.is_over:
        return False
    run.end(Status.CANCELLED)
    return _changed(run, Deed.Action.RUN_CANCELLED, by)


def _changed(run: ReplayRun, action: Deed.Action, by: UUID | None) -> bool:
    run.save()
    audit.note(action, f"run/{run.pk}", by, count=run.total - run.done)
    return True


def take_up_left_alone(consumer: str) -> list[UUID]:
    """Runs at this consumer's letters that nobody has worked at for a while: their worker died or
    the message to it was lost. They count as worked at now, so that one worker is sent to each."""
    now = timezone.now()
    stale = ReplayRun.objects.running().filter(consumer=consumer, worked_at__lt=now - STALE)
    ids = list(stale.values_list("pk", flat=True))
    return [run_id for run_id in ids if stale.filter(pk=run_id).update(worked_at=now)]


def _waiting(run_id: UUID) -> QuerySet[ReplayItem]:
    return ReplayItem.objects.filter(run_id=run_id, outcome=Outcome.WAITING).order_by("place")
