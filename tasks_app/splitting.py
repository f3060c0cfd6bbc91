"""The backfill of the change request (E2): titles of old rows part with their Jira keys.

In portions of one transaction each. The rows themselves say what is left to do, so it may be
killed anywhere and run again. Nothing is told to anybody: whoever was told of these tasks in
version 1 has split their titles at its border, by the same rule.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from event_schemas.titles import join_title, split_old_title
from tasks_app.former_titles import FormerTitle
from tasks_app.models import Task

BATCH = 1_000

_SPLIT = """
WITH given (id, title, jira_id) AS (
  SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[])
), kept AS (
  INSERT INTO tasks_app_formertitle (task_id, title, jira_id)
  SELECT t.id, t.title, t.jira_id FROM tasks_app_task AS t JOIN given USING (id) ORDER BY t.id
)
UPDATE tasks_app_task AS t SET title = given.title, jira_id = given.jira_id
  FROM given WHERE t.id = given.id
"""

_JOIN_AGAIN = """
WITH given (id, title, jira_id) AS (
  SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[])
), forgotten AS (
  DELETE FROM tasks_app_formertitle USING given WHERE task_id = given.id
)
UPDATE tasks_app_task AS t SET title = given.title, jira_id = given.jira_id
  FROM given WHERE t.id = given.id
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a task's title and key."""

    task_id: int
    before: str
    title: str
    jira_id: str


def unsplit() -> QuerySet[Task]:
    """Tasks whose title still holds brackets."""
    rows: QuerySet[Task] = Task.objects.filter(title__regex=r"[\[\]]")
    return rows


def plan() -> Iterator[Change]:
    """What `split` would do, oldest task first; nothing is written."""
    rows = unsplit().order_by("pk").values_list("pk", "title", "jira_id")
    return (_change(*row) for row in rows.iterator())


def split() -> Iterator[Sequence[Change]]:
    """Do it, a portion at a time; each is committed when it is yielded."""
    return _in_portions(_split_portion)


def undo() -> Iterator[Sequence[Change]]:
    """Give every split task the title it had, a portion at a time.

    Raises `IntegrityError` while the database refuses brackets.
    """
    return _in_portions(_undo_portion)


def _in_portions(portion: Callable[[int], Sequence[Change]]) -> Iterator[Sequence[Change]]:
    done = 0
    while changes := portion(done):
        done = changes[-1].task_id
        yield changes


def _split_portion(after: int) -> Sequence[Change]:
    """Locked in the order of ids, as a shuffle does."""
    with transaction.atomic():
        rows = unsplit().filter(pk__gt=after).order_by("pk").select_for_update(no_key=True)
        changes = [_change(*row) for row in rows.values_list("pk", "title", "jira_id")[:BATCH]]
        _write(_SPLIT, changes)
    return changes


def _undo_portion(after: int) -> Sequence[Change]:
    with transaction.atomic():
        former = FormerTitle.objects.filter(pk__gt=after).order_by("pk").select_related("task")
        rows = former.select_for_update(of=("self", "task"))[:BATCH]
        changes = [Change(row.pk, row.task.title, row.title, row.jira_id) for row in rows]
        _write(_JOIN_AGAIN, changes)
    return changes


def _change(task_id: int, title: str, jira_id: str) -> Change:
    """As the consumers read it from version 1, which tells title and key as one."""
    split_off, key = split_old_title(join_title(title, jira_id))
    return Change(task_id, title, split_off, key or "")


def _write(statement: str, changes: Iterable[Change]) -> None:
    rows = [(change.task_id, change.title, change.jira_id) for change in changes]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
