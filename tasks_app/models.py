"""Tasks and who has them. A task without an assignee cannot exist (T3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from event_schemas.titles import KEY, KEY_LENGTH, TITLE_LENGTH
from messaging.outbox import publish
from pages import words as wording
from tasks_app import events
from tasks_app.former_titles import FormerTitle
from tasks_app.runs import ImportRun, RejectedLine, Run, ShuffleRun, Upload
from tasks_app.search import TaskWords

__all__ = [
    "Account",
    "Assignment",
    "DayCount",
    "FormerTitle",
    "ImportRun",
    "RejectedLine",
    "Run",
    "ShuffleRun",
    "Task",
    "TaskWords",
    "Upload",
]

EXEMPT_ROLES = ("manager", "admin")  # they get no tasks (T3)
EXEMPT = Q(is_active=False) | Q(role__in=EXEMPT_ROLES)

_DRAW = """
SELECT eligible.ids[1 + floor(random() * cardinality(eligible.ids))::int]
  FROM (SELECT array_agg(public_id) AS ids FROM tasks_app_account
         WHERE is_active AND role <> ALL(%s)) AS eligible,
       generate_series(1, %s)
"""


class NobodyToAssign(Exception):
    """There is no active employee who could get a task."""


class Accounts(models.QuerySet["Account"]):
    def eligible(self) -> Self:
        """Who may get tasks: active employees except managers and admins."""
        return self.filter(is_active=True).exclude(role__in=EXEMPT_ROLES)

    def exempt(self) -> Self:
        """All the others."""
        return self.filter(EXEMPT)

    def called(self, words: str, at_most: int) -> Self:
        """By name, those with all these words in it, each perhaps only begun."""
        return wording.matching(self, words, "name", at_most=at_most).order_by("name", "pk")

    def draw(self, count: int) -> list[UUID]:
        """An eligible person for each of `count` tasks, uniformly and independently (T4)."""
        with connection.cursor() as cursor:
            cursor.execute(_DRAW, [list(EXEMPT_ROLES), count])
            drawn = [account_id for (account_id,) in cursor.fetchall()]
        if None in drawn:
            raise NobodyToAssign
        return drawn


class Account(models.Model):
    """The tracker's own copy of a person, fed by auth's events."""

    public_id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=150, blank=True)
    role = models.CharField(max_length=10)
    is_active = models.BooleanField()
    version = models.PositiveIntegerField()

    objects = Accounts.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["public_id"], condition=EXEMPT, name="account_exempt"),
            GinIndex(wording.vector("name"), name="assignee_by_words"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_eligible(self) -> bool:
        return self.is_active and self.role not in EXEMPT_ROLES


class Tasks(models.QuerySet["Task"]):
    def open(self) -> Self:
        return self.filter(status=Task.Status.OPEN)

    def completed(self) -> Self:
        return self.filter(status=Task.Status.COMPLETED)

    def of(self, account_id: UUID) -> Self:
        return self.filter(assignee_id=account_id)

    def matching(self, words: str) -> Self:
        """Those with all these words in title and key, each perhaps only begun."""
        if asked := wording.asked(words):
            return self.filter(pk__in=TaskWords.objects.filter(words=asked).values("task"))
        return self.none()

    def stranded(self) -> Self:
        """Open tasks of people who can get none any more; the next shuffle moves them."""
        return self.open().filter(assignee__in=Account.objects.exempt().values("pk"))


class Task(models.Model):
    """`version` counts the task's events, from 1 without gaps. Prices are billing's; they are
    shown here once billing has told them."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        COMPLETED = "completed", _("completed")

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(unique=True, default=uuid7, editable=False)
    title = models.CharField(_("title"), max_length=TITLE_LENGTH)
    jira_id = models.CharField(_("Jira key"), max_length=KEY_LENGTH, blank=True)
    description = models.TextField(_("description"), blank=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.OPEN)
    assignee = models.ForeignKey(Account, models.PROTECT, related_name="tasks", db_index=False)
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    completion_id = models.UUIDField(null=True)
    creation_key = models.CharField(max_length=80, null=True)  # noqa: DJ001
    version = models.PositiveIntegerField(default=1)
    fee_cents = models.PositiveIntegerField(null=True)
    reward_cents = models.PositiveIntegerField(null=True)

    objects: ClassVar[Any] = Tasks.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(title__regex=r"^[^\[\]]+$") & Q(title__regex=r"\S"),
                name="title_without_brackets",
            ),
            models.CheckConstraint(
                condition=Q(jira_id="") | Q(jira_id__regex=rf"^{KEY}$"), name="jira_id_is_a_key"
            ),
            models.CheckConstraint(
                condition=Q(status="open", completed_at=None, completion_id=None)
                | Q(status="completed", completed_at__isnull=False, completion_id__isnull=False),
                name="completed_when_completed",
            ),
            # Most rows have neither, and each draw would write its row into both indexes anew.
            models.UniqueConstraint(
                fields=["completion_id"],
                condition=Q(completion_id__isnull=False),
                name="one_completion",
            ),
            models.UniqueConstraint(
                fields=["creation_key"],
                condition=Q(creation_key__isnull=False),
                name="one_task_a_key",
            ),
        ]
        indexes = [
            models.Index(fields=["assignee", "status", "-id"], name="task_of_assignee"),
            models.Index(fields=["id"], condition=Q(status="open"), name="task_open"),
            models.Index(fields=["-created_at", "-id"], name="task_newest"),
            models.Index(
                fields=["completed_at"],
                condition=Q(completed_at__isnull=False),
                name="task_completed_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jira_id} {self.title}".strip()

    @classmethod
    def create(  # noqa: PLR0913  (all of them by keyword)
        cls,
        *,
        title: str,
        jira_id: str = "",
        description: str = "",
        created_by: UUID | None = None,
        at: datetime | None = None,
        key: str | None = None,
    ) -> "Task":
        """Create a task and draw its assignee (T3). The same `key` gives the same task again.

        Raises `NobodyToAssign`.
        """
        if key and (known := cls.objects.filter(creation_key=key).first()):
            return known
        task = cls(
            title=title,
            jira_id=jira_id,
            description=description,
            created_by=created_by,
            creation_key=key,
        )
        try:
            cls.create_all([task], at)
        except IntegrityError:  # the same form was sent twice at once
            if key and (known := cls.objects.filter(creation_key=key).first()):
                return known
            raise
        return task

    @classmethod
    def create_all(cls, tasks: Sequence["Task"], at: datetime | None = None) -> None:
        """Write new tasks, each with an assignee drawn for it. Raises `NobodyToAssign`."""
        now = at or timezone.now()
        with transaction.atomic():
            for task, account_id in zip(tasks, Account.objects.draw(len(tasks)), strict=True):
                task.assignee_id, task.created_at, task.version = account_id, now, 2
            cls.objects.bulk_create(tasks)
            drawn = Assignment.objects.bulk_create(
                Assignment(task=task, account_id=task.assignee_id, task_version=2, assigned_at=now)
                for task in tasks
            )
            publish(
                fact
                for assignment in drawn
                for fact in (
                    *events.task_created(assignment.task),
                    events.task_assigned(assignment.task, assignment),
                )
            )

    def complete(self, by: UUID, at: datetime | None = None) -> bool:
        """Complete the task (T5); False when it was completed before.

        Raises PermissionError when somebody else has it by now.
        """
        with transaction.atomic():
            self.refresh_from_db(from_queryset=Task.objects.select_for_update())
            if self.assignee_id != by:
                raise PermissionError("only the assignee completes a task")
            if not self.is_open:
                return False
            self.status, self.completed_at = self.Status.COMPLETED, at or timezone.now()
            self.completion_id, self.version = uuid7(), self.version + 1
            self.save(update_fields=["status", "completed_at", "completion_id", "version"])
            publish([events.task_completed(self)])
        return True

    @property
    def is_open(self) -> bool:
        return self.status == Task.Status.OPEN

    @property
    def is_stranded(self) -> bool:
        return self.is_open and not self.assignee.is_eligible

    @property
    def shown(self) -> tuple[Any, ...]:
        """All that a row of a list depends on, for whoever keeps the row."""
        name = (self.public_id, self.version, self.title, self.jira_id)
        return *name, self.fee_cents, self.reward_cents, self.assignee.name, self.is_stranded


class Assignment(models.Model):
    """A task was drawn for a person; append-only, and charged once each (B3). A shuffle draws a
    task once, whatever happens to its workers. What it refers to is kept by the database for whole
    statements (migration 0010), not row by row."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(unique=True, default=uuid7, editable=False)
    task = models.ForeignKey(
        Task, models.PROTECT, related_name="assignments", db_index=False, db_constraint=False
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    shuffle = models.ForeignKey(
        ShuffleRun,
        models.PROTECT,
        null=True,
        related_name="assignments",
        db_index=False,
        db_constraint=False,
    )
    task_version = models.PositiveIntegerField()
    assigned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "task_version"], name="one_draw_a_version"),
            models.UniqueConstraint(
                fields=["shuffle", "task"],
                condition=Q(shuffle__isnull=False),
                name="one_draw_a_shuffle",
            ),
        ]
        indexes = [BrinIndex(fields=["assigned_at"], name="assigned_when", pages_per_range=32)]

    def __str__(self) -> str:
        return f"{self.task_id} → {self.account_id}"


class DayCount(models.Model):
    """What was counted on a business day, in the zone it was counted in; `version` counts the
    counts of the day that were told."""

    day = models.DateField(primary_key=True)
    version = models.PositiveIntegerField()
    assignments = models.BigIntegerField()
    assignments_checksum = models.DecimalField(max_digits=40, decimal_places=0)
    completions = models.BigIntegerField()
    completions_checksum = models.DecimalField(max_digits=40, decimal_places=0)
    zone = models.CharField(max_length=64)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day}: {self.assignments} assigned, {self.completions} completed"
