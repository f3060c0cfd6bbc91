"""What the tracker publishes."""

from typing import TYPE_CHECKING

from django.conf import settings

from event_schemas.titles import join_title
from messaging.outbox import Fact, Selection

if TYPE_CHECKING:
    from tasks_app.models import Assignment, DayCount, ShuffleRun, Task


_TELL_MOVED = """told AS (
  SELECT %(at)s::timestamptz AS time, %(correlation)s::uuid AS correlation, NULL::uuid AS cause,
         %(actor)s::uuid AS actor, %(trace)s::text AS trace,
         jsonb_build_object('assignment_id', public_id, 'task_id', task, 'account_id', account_id,
                            'shuffle_id', %(shuffle)s::uuid, 'version', version) AS data
    FROM moved ORDER BY id)"""


def task_created(task: "Task") -> list[Fact]:
    """One fact, in each version that `TASK_CREATED_VERSIONS` asks for (E2)."""
    return [
        _TASK_CREATED[version](task) for version in settings.VERSIONS_TOLD["tasks.task_created"]
    ]


def task_assigned(task: "Task", assignment: "Assignment") -> Fact:
    data = {
        "assignment_id": str(assignment.public_id),
        "task_id": str(task.public_id),
        "account_id": str(assignment.account_id),
        "shuffle_id": str(assignment.shuffle_id) if assignment.shuffle_id else None,
        "version": assignment.task_version,
    }
    return Fact("tasks.task_assigned", 1, data, at=assignment.assigned_at)


def tasks_assigned(*steps: str) -> Selection:
    """Of the rows `moved` by a shuffle."""
    return Selection("tasks.task_assigned", 1, (*steps, _TELL_MOVED))


def task_completed(task: "Task") -> Fact:
    assert task.completed_at
    data = {
        "completion_id": str(task.completion_id),
        "task_id": str(task.public_id),
        "account_id": str(task.assignee_id),
        "version": task.version,
    }
    return Fact("tasks.task_completed", 1, data, at=task.completed_at)


def shuffle_completed(run: "ShuffleRun") -> Fact:
    assert run.finished_at
    data = {
        "shuffle_id": str(run.id),
        "count": run.drawn,
        "started_by": str(run.started_by) if run.started_by else None,
    }
    return Fact("tasks.shuffle_completed", 1, data, at=run.finished_at)


def day_counted(count: "DayCount") -> Fact:
    data = {
        "day": count.day.isoformat(),
        "zone": count.zone,
        "assignments": count.assignments,
        "assignments_checksum": str(count.assignments_checksum),
        "completions": count.completions,
        "completions_checksum": str(count.completions_checksum),
        "version": count.version,
    }
    return Fact("tasks.day_counted", 1, data, at=count.counted_at)


def _task_created_1(task: "Task") -> Fact:
    """With the key in the title, so that who reads no more than this loses nothing."""
    data = {
        "task_id": str(task.public_id),
        "title": join_title(task.title, task.jira_id),
        "created_by": str(task.created_by) if task.created_by else None,
    }
    return Fact("tasks.task_created", 1, data, at=task.created_at)


def _task_created_2(task: "Task") -> Fact:
    data = {
        "task_id": str(task.public_id),
        "title": task.title,
        "jira_id": task.jira_id or None,
        "created_by": str(task.created_by) if task.created_by else None,
        "version": 1,
    }
    return Fact("tasks.task_created", 2, data, at=task.created_at)


_TASK_CREATED = {1: _task_created_1, 2: _task_created_2}
