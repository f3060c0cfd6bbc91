"""Long work that survives a reload, a crash and a restart: rows that say how far it is."""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from tasks_app.titles import Flaw


class Runs(models.QuerySet[Any]):
    def running(self) -> Self:
        return self.filter(status=Run.Status.RUNNING)

    def claim(self, run_id: UUID) -> Any:
        """The run, locked for one batch; None when it is over or another worker has it."""
        return self.running().filter(pk=run_id).select_for_update(skip_locked=True).first()


class Run(models.Model):
    """`cursor` is how far it is, `done` of `total` what people see of that; `correlation_id`
    makes all it publishes one chain."""

    class Status(models.TextChoices):
        RUNNING = "running", _("running")
        COMPLETED = "completed", pgettext_lazy("run", "completed")
        FAILED = "failed", pgettext_lazy("run", "failed")
        CANCELLED = "cancelled", _("cancelled")

    class Failure(models.TextChoices):
        NOBODY = "nobody", _("Nobody was left who could get tasks.")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    status = models.CharField(max_length=9, choices=Status, default=Status.RUNNING)
    started_by = models.UUIDField(null=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    correlation_id = models.UUIDField(default=uuid7)
    failure = models.CharField(max_length=10, choices=Failure, blank=True)
    key = models.CharField(max_length=80, null=True, unique=True)  # noqa: DJ001

    objects: ClassVar[Any] = Runs.as_manager()

    class Meta:
        abstract = True

    @property
    def is_running(self) -> bool:
        return self.status == self.Status.RUNNING

    @property
    def is_completed(self) -> bool:
        return self.status == self.Status.COMPLETED

    def finish(self) -> None:
        self.status, self.finished_at = self.Status.COMPLETED, timezone.now()
        self.save()

    def fail(self, failure: "Run.Failure") -> None:
        self.status, self.finished_at, self.failure = (
            self.Status.FAILED,
            timezone.now(),
            failure,
        )
        self.save()

    def cancel(self) -> bool:
        """Stop after the batch that is under way; False when it was over already."""
        still = type(self).objects.running().filter(pk=self.pk)
        return bool(still.update(status=self.Status.CANCELLED, finished_at=timezone.now()))


class ShuffleRun(Run):
    """A press of "assign tasks" (T4): `drawn` tasks were assigned anew; the rest of `total` were
    completed before their turn came. The cursor is the id of the last task drawn. `shares` says who
    got most, counted once: pairs of account and number."""

    drawn = models.PositiveIntegerField(default=0)
    last_task_id = models.BigIntegerField(default=0)
    shares = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="running"), name="one_running_shuffle"
            ),
        ]

    def __str__(self) -> str:
        return f"shuffle of {self.total} tasks: {self.status}"


class ImportRun(Run):
    """A file of tasks. The cursor is the number of its records that are settled; `content` is
    kept here because the worker may be on another machine."""

    filename = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, db_index=True)
    content = models.TextField()
    created = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"import of {self.filename}: {self.status}"


class Upload(models.Model):
    """A file that somebody looks at before it is imported; kept for a day at most.

    `findings` is what would come of it (see `previewing`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    uploaded_by = models.UUIDField()
    uploaded_at = models.DateTimeField(default=timezone.now)
    filename = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    content = models.TextField()
    total = models.PositiveIntegerField()
    findings = models.JSONField()

    def __str__(self) -> str:
        return f"{self.filename}, not imported yet"


class RejectedLine(models.Model):
    """A line of an imported file that is no task, and why."""

    run = models.ForeignKey(
        ImportRun, models.CASCADE, related_name="rejected_lines", db_index=False
    )
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    reason = models.CharField(max_length=20, choices=Flaw)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="a_line_is_rejected_once"),
        ]

    def __str__(self) -> str:
        return f"line {self.number}: {self.get_reason_display()}"
