"""What operators do, as rows: their deeds on record, and replays that go on without them."""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from messaging.letter_models import DeadLetter

STAGES = (1, 10, 100)  # letters of a stage; the last comes again and again
IN_A_ROW = 5  # failures after which a run stops by itself


class Deed(models.Model):
    """One act of an operator: never edited, never deleted. `details` has what it was about (a
    filter, ids) and what came of it."""

    class Action(models.TextChoices):
        REPLAYED = "replayed", _("replayed")
        REPLAY_ENDED = "replay_ended", _("a replay ended")
        RUN_PAUSED = "run_paused", _("paused a replay")
        RUN_RESUMED = "run_resumed", _("went on with a replay")
        RUN_CANCELLED = "run_cancelled", _("cancelled a replay")
        DRY_RUN = "dry_run", _("tried without effect")
        DISCARDED = "discarded", _("discarded")
        RESTORED = "restored", _("took back what was discarded")
        CONSUMER_PAUSED = "consumer_paused", _("paused a consumer")
        CONSUMER_RESUMED = "consumer_resumed", _("let a consumer go on")

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    actor = models.UUIDField(null=True, help_text="empty: at the terminal")
    action = models.CharField(max_length=20, choices=Action)
    thing = models.CharField(max_length=100, help_text='such as "letter/<uuid>" or "run/<uuid>"')
    count = models.PositiveIntegerField(default=1)
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    request_id = models.UUIDField()

    class Meta:
        db_table = "operator_deed"
        indexes = [
            models.Index(fields=["actor", "-id"], name="operator_deed_by_actor"),
            models.Index(fields=["thing", "-id"], name="operator_deed_by_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.thing}"


class ReplayRuns(models.QuerySet["ReplayRun"]):
    def running(self) -> Self:
        return self.filter(status=ReplayRun.Status.RUNNING)

    def lock(self, run_id: UUID) -> "ReplayRun":
        return self.select_for_update().get(pk=run_id)


class ReplayRun(models.Model):
    """Some parked letters applied again: of each consumer one, then ten, then the rest by hundreds.
    It stops by itself when more than half of a stage or `IN_A_ROW` in a row fail again."""

    class Status(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        STOPPED = "stopped", _("stopped")
        COMPLETED = "completed", pgettext_lazy("run", "completed")
        CANCELLED = "cancelled", _("cancelled")

    class Stop(models.TextChoices):
        STAGE = "stage", _("More than half of a stage failed again.")
        ROW = "row", _("Five letters in a row failed again.")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    status = models.CharField(max_length=9, choices=Status, default=Status.RUNNING)
    stopped_for = models.CharField(max_length=5, choices=Stop, blank=True)
    chosen = models.TextField(blank=True, help_text="the filter, as in the list's address")
    started_by = models.UUIDField(null=True)
    started_at = models.DateTimeField(default=timezone.now)
    worked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    consumer = models.CharField(max_length=32, blank=True, help_text="whose letters it is at")
    stage = models.PositiveSmallIntegerField(default=0)
    stage_done = models.PositiveIntegerField(default=0)
    stage_failed = models.PositiveIntegerField(default=0)
    failed_in_a_row = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    replayed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    key = models.CharField(max_length=80, null=True, unique=True)  # noqa: DJ001

    objects: ClassVar[ReplayRuns] = ReplayRuns.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table = "replay_run"
        indexes = [
            models.Index(
                fields=["consumer", "worked_at"],
                condition=Q(status="running"),
                name="replay_run_running",
            ),
        ]

    def __str__(self) -> str:
        return f"replay of {self.total} letters: {self.status}"

    @property
    def is_running(self) -> bool:
        return self.status == self.Status.RUNNING

    @property
    def can_go_on(self) -> bool:
        return self.status in (self.Status.PAUSED, self.Status.STOPPED)

    @property
    def is_over(self) -> bool:
        return self.status in (self.Status.COMPLETED, self.Status.CANCELLED)

    @property
    def done(self) -> int:
        return self.replayed + self.failed + self.skipped

    @property
    def stage_size(self) -> int:
        return STAGES[self.stage]

    def turn_to(self, consumer: str) -> None:
        """Another consumer's letters begin with one again."""
        if consumer != self.consumer:
            self.consumer = consumer
            self.begin_stage(0)

    def begin_stage(self, stage: int) -> None:
        self.stage, self.stage_done, self.stage_failed = stage, 0, 0

    def count(self, outcome: "ReplayItem.Outcome") -> None:
        """Note what became of a letter, and go on, stop or end accordingly."""
        setattr(self, outcome.value, getattr(self, outcome.value) + 1)
        if outcome != ReplayItem.Outcome.SKIPPED:
            failed = outcome == ReplayItem.Outcome.FAILED
            self.stage_done += 1
            self.stage_failed += failed
            self.failed_in_a_row = self.failed_in_a_row + 1 if failed else 0
        self.worked_at = timezone.now()
        if self.is_over:
            return
        if self.done == self.total:
            self.end(self.Status.COMPLETED)
        elif self.is_running:
            self._judge()

    def _judge(self) -> None:
        if self.failed_in_a_row >= IN_A_ROW:
            self._stop(self.Stop.ROW)
        elif self.stage_done == self.stage_size:
            if 2 * self.stage_failed > self.stage_done:
                self._stop(self.Stop.STAGE)
            else:
                self.begin_stage(min(self.stage + 1, len(STAGES) - 1))

    def _stop(self, why: "ReplayRun.Stop") -> None:
        self.status, self.stopped_for = self.Status.STOPPED, why

    def end(self, status: "ReplayRun.Status") -> None:
        self.status, self.finished_at = status, timezone.now()

    def take_up(self) -> None:
        """After a pause where it was; after a stop with one letter again."""
        if self.status == self.Status.STOPPED:
            self.begin_stage(0)
        self.status, self.stopped_for = self.Status.RUNNING, ""
        self.failed_in_a_row, self.worked_at = 0, timezone.now()


class ReplayItem(models.Model):
    """A letter of a run, and what became of it."""

    class Outcome(models.TextChoices):
        WAITING = "", pgettext_lazy("letter", "waiting")
        REPLAYED = "replayed", _("replayed")
        FAILED = "failed", _("failed again")
        SKIPPED = "skipped", _("settled already")

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ReplayRun, models.PROTECT, related_name="items", db_index=False)
    place = models.PositiveIntegerField()
    letter = models.ForeignKey(DeadLetter, models.PROTECT, related_name="replay_items")
    consumer = models.CharField(max_length=32)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default="", db_default="")
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    error = models.TextField(blank=True, default="", db_default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "replay_item"
        constraints = [
            models.UniqueConstraint(fields=["run", "letter"], name="once_in_a_run"),
        ]
        indexes = [
            models.Index(fields=["run", "outcome", "place"], name="replay_item_next"),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} in {self.run_id}: {self.get_outcome_display()}"


class DryRun(models.Model):
    """A letter tried by its consumer in a transaction that is always rolled back. `report` is
    what `dry_run.attempt` found out; empty until then."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    letter = models.ForeignKey(DeadLetter, models.PROTECT, related_name="dry_runs")
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    report: Any = models.JSONField(null=True)

    class Meta:
        db_table = "dry_run"
        indexes = [
            models.Index(
                fields=["asked_at"], condition=Q(finished_at=None), name="dry_run_unfinished"
            ),
        ]

    def __str__(self) -> str:
        return f"dry run of {self.letter_id}"

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None
