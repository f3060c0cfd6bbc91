"""The import of a file: every line becomes a task or a rejected line, once.

Batches are one transaction each, with the run's cursor: killed anywhere, it goes on from there.
"""

import logging
from itertools import islice
from time import monotonic
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from messaging import idempotency
from messaging.context import acting, current_origin
from messaging.crash_points import crash_point
from tasks_app.models import Account, NobodyToAssign, Task
from tasks_app.runs import ImportRun, RejectedLine, Run
from tasks_app.task_files import Record, TaskFile, records
from tasks_app.titles import Flaw, description_flaw, key_flaw, take_key, title_flaw

BATCH = 500

log = logging.getLogger("ates.tasks")


class AlreadyImported(Exception):
    """The same content has been imported by `run`."""

    def __init__(self, run: ImportRun) -> None:
        super().__init__(f"imported on {run.started_at:%Y-%m-%d %H:%M} as {run.filename}")
        self.run = run


def start(
    file: TaskFile,
    by: UUID | None = None,
    key: str | None = None,
    again: bool = False,
    seen: UUID | None = None,
) -> ImportRun:
    """Begin an import, or take up the one of the same content that isn't finished. The same `key`
    and file give the same import again; a browser may have kept the key of a form for another file.

    Raises `AlreadyImported` unless `again` or whoever asks has `seen` the earlier import, and
    `NobodyToAssign`.
    """
    with transaction.atomic():
        _let_nobody_else_start(file.digest)
        begun = known(key)
        if begun and begun.digest == file.digest:
            return begun
        last = last_of(file)
        if last and not last.is_completed:
            return _resume(last, key)
        if last and not again and last.pk != seen:
            raise AlreadyImported(last)
        return _begin(file, by, None if begun else key)


def go_on(run_id: UUID, seconds: float = 60) -> bool:
    """Settle batch after batch until the run is over, time is up (True) or another has it."""
    until = monotonic() + seconds
    run = ImportRun.objects.running().filter(pk=run_id).first()
    if run is None:
        return False
    position = run.cursor
    rest = islice(records(run.content, run.filename), position, None)
    while _settle_batch(run_id, position, batch := list(islice(rest, BATCH))):
        crash_point("import.after_batch")
        position += len(batch)
        if monotonic() > until:
            return True
    return False


def go_on_with_all(seconds: float = 60) -> None:
    """What breaks one import stops no other; it is tried again at the next tick."""
    until = monotonic() + seconds
    for run_id in ImportRun.objects.running().order_by("started_at").values_list("pk", flat=True):
        if monotonic() >= until:
            break
        try:
            go_on(run_id, until - monotonic())
        except Exception:
            log.exception("import %s broke", run_id)


def task_of(record: Record) -> Task | Flaw:
    """The unsaved task in a record, or why there is none."""
    if record.flaw:
        return record.flaw
    parts = take_key(record.title, record.jira_id)
    if isinstance(parts, Flaw):
        return parts
    title, jira_id = parts
    if flaw := title_flaw(title) or key_flaw(jira_id) or description_flaw(record.description):
        return flaw
    return Task(title=title, jira_id=jira_id, description=record.description)


def known(key: str | None) -> ImportRun | None:
    """What the key began or took up. In a transaction, like `idempotency.take`."""
    if not key:
        return None
    its_own = Q(key=key) | Q(pk=idempotency.take(key))
    run: ImportRun | None = ImportRun.objects.filter(its_own).first()
    return run


def last_of(file: TaskFile) -> ImportRun | None:
    """The last import of the same records: of the same content, and read alike."""
    same = ImportRun.objects.filter(digest=file.digest).defer("content").order_by("-started_at")
    return next((run for run in same if file.is_read_like(run.filename)), None)


def _let_nobody_else_start(digest: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [digest])


def _resume(run: ImportRun, key: str | None) -> ImportRun:
    if key:
        idempotency.lead(key, run.pk)
    if not run.is_running:
        run.status, run.failure, run.finished_at = Run.Status.RUNNING, "", None
        run.save(update_fields=["status", "failure", "finished_at"])
    return run


def _begin(file: TaskFile, by: UUID | None, key: str | None) -> ImportRun:
    if not Account.objects.eligible().exists():
        raise NobodyToAssign
    run: ImportRun = ImportRun.objects.create(
        filename=file.filename,
        digest=file.digest,
        content=file.content,
        total=file.total,
        started_by=by,
        key=key,
        correlation_id=current_origin().correlation_id,
    )
    return run


def _settle_batch(run_id: UUID, position: int, batch: list[Record]) -> bool:
    """Whether there is more to do, and by this worker."""
    with transaction.atomic():
        run = ImportRun.objects.defer("content").claim(run_id)
        if run is None or run.cursor != position:
            return False
        with acting(run.started_by, run.correlation_id):
            more = _settle(run, batch)
        crash_point("import.before_batch_commits")
        return more


def _settle(run: ImportRun, batch: list[Record]) -> bool:
    outcomes = [(record, task_of(record)) for record in batch]
    tasks = [task for _, task in outcomes if isinstance(task, Task)]
    for task in tasks:
        task.created_by = run.started_by
    try:
        Task.create_all(tasks)
    except NobodyToAssign:
        run.fail(Run.Failure.NOBODY)
        return False
    RejectedLine.objects.bulk_create(
        RejectedLine(run=run, number=record.number, text=record.text, reason=flaw)
        for record, flaw in outcomes
        if isinstance(flaw, Flaw)
    )
    _advance(run, len(tasks), len(batch))
    return run.is_running


def _advance(run: ImportRun, created: int, settled: int) -> None:
    run.created += created
    run.rejected += settled - created
    run.cursor += settled
    run.done = run.cursor
    if not settled or run.cursor >= run.total:
        run.finish()
    else:
        run.save()
