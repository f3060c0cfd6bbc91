"""The shuffle (T4): every open task is drawn anew, in batches that each are one transaction.

Killed at any point it goes on from the run's cursor, so a finished run has drawn each task once.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from messaging import idempotency
from messaging.arrays import array
from messaging.context import acting, current_origin
from messaging.crash_points import crash_point
from messaging.outbox import from_here, publish, publish_selected
from tasks_app import events
from tasks_app.models import Account, NobodyToAssign, Task
from tasks_app.runs import Run, ShuffleRun

BATCH = 1_000
SHARES = 50

log = logging.getLogger("ates.tasks")

_MOVED = """drawn AS MATERIALIZED (
  SELECT task_id, account_id, uuidv7() AS public_id
    FROM unnest(%(tasks)s::bigint[], %(accounts)s::uuid[]) AS given(task_id, account_id)
), moved AS (
  UPDATE tasks_app_task AS t SET assignee_id = drawn.account_id, version = t.version + 1
    FROM drawn WHERE t.id = drawn.task_id
  RETURNING t.id, t.public_id AS task, t.version, drawn.account_id, drawn.public_id)"""
_ASSIGNED = """assigned AS (
  INSERT INTO tasks_app_assignment
         (public_id, task_id, account_id, shuffle_id, task_version, assigned_at)
  SELECT public_id, id, account_id, %(shuffle)s, version, %(at)s FROM moved ORDER BY id)"""


def start(by: UUID | None, key: str | None = None) -> ShuffleRun:
    """Begin a shuffle, or give the one that runs; the same `key` gives the same one again.

    Raises `NobodyToAssign`.
    """
    while True:
        try:
            with transaction.atomic():
                return _known(key) or _begin(by, key)
        except IntegrityError:  # somebody pressed at the same moment: theirs is found now
            continue


def go_on(run_id: UUID, seconds: float = 60, at: datetime | None = None) -> bool:
    """Draw batch after batch until the run is over, the time is up (True) or another worker has it.

    `at` is when it happens, for histories that are told afterwards; now if not given.
    """
    until = monotonic() + seconds
    while _draw_batch(run_id, at):
        crash_point("shuffle.after_batch")
        if monotonic() > until:
            return True
    return False


def go_on_with_all() -> None:
    """What breaks one shuffle stops no other; it is tried again at the next tick."""
    for run in ShuffleRun.objects.running():
        try:
            go_on(run.pk)
        except Exception:
            log.exception("shuffle %s broke", run.pk)


def shares(run: ShuffleRun) -> list[tuple[str, int]]:
    """Who got most and how many: the `SHARES` first of them, by id."""
    counted = run.assignments.values_list("account_id").annotate(tasks=Count("pk"))
    first = counted.order_by("-tasks", "account_id")[:SHARES]
    return [(str(account_id), tasks) for account_id, tasks in first]


def _known(key: str | None) -> ShuffleRun | None:
    """What the key began or joined; else the one that runs, which it joins now."""
    if key:
        its_own = Q(key=key) | Q(pk=idempotency.take(key))
        if pressed_before := ShuffleRun.objects.filter(its_own).first():
            return cast("ShuffleRun", pressed_before)
    running: ShuffleRun | None = ShuffleRun.objects.running().first()
    if running and key:
        idempotency.lead(key, running.pk)
    return running


def _begin(by: UUID | None, key: str | None) -> ShuffleRun:
    if not Account.objects.eligible().exists():
        raise NobodyToAssign
    given = Task.objects.open().aggregate(total=Count("pk"), last=Max("pk"))
    run: ShuffleRun = ShuffleRun.objects.create(
        started_by=by,
        key=key,
        total=given["total"],
        last_task_id=given["last"] or 0,
        correlation_id=current_origin().correlation_id,
    )
    if not run.total:
        _finish(run)
    return run


def _draw_batch(run_id: UUID, at: datetime | None) -> bool:
    """Whether there may be more to do."""
    with transaction.atomic():
        run = ShuffleRun.objects.claim(run_id)
        if run is None:
            return False
        with acting(run.started_by, run.correlation_id):
            more = _draw(run, _next_tasks(run), at or timezone.now())
        crash_point("shuffle.before_batch_commits")
        return more


def _next_tasks(run: ShuffleRun) -> list[int]:
    """Locked: a task that is being completed right now is waited for, and then left alone."""
    rest = Task.objects.open().filter(pk__gt=run.cursor, pk__lte=run.last_task_id).order_by("pk")
    return list(rest.select_for_update(of=("self",)).values_list("pk", flat=True)[:BATCH])


def _draw(run: ShuffleRun, task_ids: list[int], at: datetime) -> bool:
    if not task_ids:
        _finish(run)
        return False
    try:
        accounts = Account.objects.draw(len(task_ids))
    except NobodyToAssign:
        run.fail(Run.Failure.NOBODY)
        return False
    _assign(run, task_ids, accounts, at)
    run.cursor, run.drawn = task_ids[-1], run.drawn + len(task_ids)
    run.done = run.drawn
    run.total = max(run.total, run.drawn)  # a task may have been committed late, with a lower id
    run.save()
    return True


def _assign(run: ShuffleRun, tasks: Sequence[int], accounts: Sequence[UUID], at: datetime) -> None:
    given = {"tasks": array(tasks), "accounts": array(accounts), "shuffle": run.pk, "at": at}
    publish_selected(events.tasks_assigned(_MOVED, _ASSIGNED), given | from_here())


def _finish(run: ShuffleRun) -> None:
    run.done, run.shares = run.total, shares(run)
    run.finish()
    publish([events.shuffle_completed(run)])
