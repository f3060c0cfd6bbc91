"""What would come of a file, before anything is created: the same judgement as the import's."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tasks_app import importing, jobs
from tasks_app.models import Task
from tasks_app.runs import ImportRun, Upload
from tasks_app.task_files import TaskFile, records
from tasks_app.titles import Flaw

KEPT = timedelta(days=1)
TASKS_SHOWN, LINES_SHOWN, TEXT_SHOWN = 5, 200, 300


def look(file: TaskFile, by: UUID) -> Upload:
    """Keep the file, with what would come of it, in place of the one they looked at before."""
    old = Q(uploaded_by=by) | Q(uploaded_at__lt=timezone.now() - KEPT)
    findings = find(file)
    with transaction.atomic():
        Upload.objects.filter(old).delete()
        return Upload.objects.create(
            uploaded_by=by,
            filename=file.filename,
            digest=file.digest,
            content=file.content,
            total=file.total,
            findings=findings,
        )


def find(file: TaskFile) -> dict[str, Any]:
    """How many tasks, how many lines rejected for which reason, and the first of either."""
    tasks: list[list[str]] = []
    lines: list[list[Any]] = []
    reasons: Counter[str] = Counter()
    created = 0
    for record in records(file.content, file.filename):
        outcome = importing.task_of(record)
        if isinstance(outcome, Task):
            created += 1
            if len(tasks) < TASKS_SHOWN:
                tasks.append([outcome.jira_id, outcome.title])
            continue
        reasons[outcome.value] += 1
        if len(lines) < LINES_SHOWN:
            lines.append([record.number, outcome.value, record.text[:TEXT_SHOWN]])
    return {"created": created, "reasons": dict(reasons), "tasks": tasks, "lines": lines}


def earlier(upload: Upload) -> ImportRun | None:
    """When the same lines were imported before."""
    return importing.last_of(file_of(upload))


def start(upload: Upload, seen: UUID | None) -> ImportRun:
    """Import what was looked at; pressed twice it is imported once. `seen` is the earlier import
    that the page told of. Raises `NobodyToAssign`, and `AlreadyImported` if there is another."""
    file, key = file_of(upload), key_of(upload.pk)
    run = importing.start(file, upload.uploaded_by, key, seen=seen)
    jobs.soon(jobs.import_tasks, run.pk)
    return run


def started(upload_id: UUID) -> ImportRun | None:
    """The import that a page of this upload has begun or taken up."""
    with transaction.atomic():
        return importing.known(key_of(upload_id))


def key_of(upload_id: UUID) -> str:
    return f"upload:{upload_id}"


def file_of(upload: Upload) -> TaskFile:
    return TaskFile(upload.filename, upload.digest, upload.content, upload.total)


def shown(findings: dict[str, Any]) -> dict[str, Any]:
    """The findings in the reader's language."""
    return {
        "created": findings["created"],
        "rejected": sum(findings["reasons"].values()),
        "reasons": [(Flaw(reason).label, n) for reason, n in findings["reasons"].items()],
        "tasks": findings["tasks"],
        "lines": [(n, Flaw(reason).label, text) for n, reason, text in findings["lines"]],
    }
