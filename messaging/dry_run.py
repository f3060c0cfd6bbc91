"""Dry runs: what would a handler do with a parked event? It is tried in a transaction that is
always rolled back, in a worker of its consumer: an event that kills its process kills no page.

PostgreSQL itself tells what was written: its counters of this transaction name the tables, and rows
whose writer is still in progress are this transaction's own.
"""

import json
import traceback
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from messaging import audit, inbox
from messaging.dead_letters import printable
from messaging.models import DeadLetter, Deed, DryRun

ROWS = 20  # of a table, the most that a report shows
TEXT = 300
MAX_TRIES = 2
STALE = timedelta(seconds=10)
LIMITS = "SET LOCAL lock_timeout = '3s'; SET LOCAL statement_timeout = '20s'"

Counts = dict[str, tuple[int, int, int]]

_COUNTS = """
SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables
 WHERE schemaname = current_schema() AND n_tup_ins + n_tup_upd + n_tup_del > 0
"""

# A row written by one of this transaction's savepoints has an id of its own: newer than the
# transaction's, and still in progress, while whatever others commit meanwhile is not.
_WRITTEN = """
SELECT to_jsonb(t) FROM {table} AS t
 WHERE t.xmin::text::bigint >= %(own)s::bigint %% 4294967296
   AND pg_xact_status(
         (%(own)s::bigint / 4294967296 * 4294967296 + t.xmin::text::bigint)::text::xid8
       ) = 'in progress'
 LIMIT %(limit)s
"""


class _Undo(Exception):
    """Rolls the trial back."""


def ask(letter: DeadLetter, by: UUID | None = None) -> DryRun:
    """A dry run of the letter, to be done by its consumer's worker; the one that is under way, if
    one is."""
    with transaction.atomic():
        DeadLetter.objects.select_for_update().get(pk=letter.pk)
        if waiting := letter.dry_runs.filter(finished_at=None).first():
            return waiting
        audit.note(Deed.Action.DRY_RUN, f"letter/{letter.public_id}", by)
        return DryRun.objects.create(letter=letter, asked_by=by)


def perform(run_id: UUID) -> None:
    """Try the letter and write the report. A second worker, or one after a crash, is welcome."""
    run = DryRun.objects.select_related("letter").get(pk=run_id)
    if run.is_over:
        return
    run.tries += 1
    run.save(update_fields=["tries"])
    died = run.tries > MAX_TRIES
    run.report = DIED if died else attempt(run.letter.consumer, run.letter.envelope)
    run.finished_at = timezone.now()
    run.save()


def left_alone(consumer: str) -> list[UUID]:
    """Those of this consumer that nobody has done: the message was lost, or the worker died."""
    stale = DryRun.objects.filter(finished_at=None, asked_at__lt=timezone.now() - STALE)
    return list(stale.filter(letter__consumer=consumer).values_list("pk", flat=True))


def attempt(consumer: str, envelope: Any) -> dict[str, Any]:
    """What applying the envelope would do: {error, traceback, tables}, tables being
    [{name, inserted, updated, deleted, rows}]. Nothing of it stays."""
    report: dict[str, Any] = {}
    try:
        with transaction.atomic():
            report = _try(consumer, envelope)
            raise _Undo
    except _Undo:
        return report


def _try(consumer: str, envelope: Any) -> dict[str, Any]:
    own = _begin()
    before = _counts()
    try:
        with transaction.atomic():
            inbox.apply(consumer, [inbox.read(consumer, envelope)])
            _execute("SET CONSTRAINTS ALL IMMEDIATE")
            return {"error": "", "traceback": "", "tables": _tables(before, own)}
    except Exception as error:  # whatever it is, it is what the operator wants to know
        trace = "".join(traceback.format_exception(error))
        said = f"{type(error).__name__}: {error}"
        return {"error": printable(said), "traceback": printable(trace), "tables": []}


def _begin() -> int:
    """The transaction's id."""
    _execute(LIMITS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        return int(cursor.fetchone()[0])


def _counts() -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        return {name: (added, changed, gone) for name, added, changed, gone in cursor.fetchall()}


def _tables(before: Counts, own: int) -> list[dict[str, Any]]:
    """By name; the difference, since PostgreSQL may not have booked earlier transactions yet."""
    tables = []
    for name, after in sorted(_counts().items()):
        old = before.get(name, (0, 0, 0))
        inserted, updated, deleted = (now - then for now, then in zip(after, old, strict=True))
        if inserted or updated or deleted:
            table = {"name": name, "inserted": inserted, "updated": updated, "deleted": deleted}
            tables.append(table | {"rows": _rows(name, own) if inserted or updated else []})
    return tables


def _rows(table: str, own: int) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        query = sql.SQL(_WRITTEN).format(table=sql.Identifier(table)).as_string(cursor.connection)
        cursor.execute(query, {"own": own, "limit": ROWS})
        return [_short(json.loads(row[0])) for row in cursor.fetchall()]


def _short(row: dict[str, Any]) -> dict[str, Any]:
    return {
        column: value[:TEXT] + "…" if isinstance(value, str) and len(value) > TEXT else value
        for column, value in row.items()
    }


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


DIED = {"error": "WorkerLost: the worker died of it", "traceback": "", "tables": []}
