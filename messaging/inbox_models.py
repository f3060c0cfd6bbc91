"""What the consumers keep: what they applied, what failed, waits, or is in a worker's hands."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class InboxEvent(models.Model):
    """An event that a consumer has applied, written in the same transaction as its effect.

    A fact that is told in several versions has one row with its `fact_id`: that one was applied.
    """

    consumer = models.CharField(max_length=32)
    event_id = models.UUIDField()
    event_name = models.CharField(max_length=100)
    event_version = models.PositiveSmallIntegerField(help_text="in which it was told")
    fact_id = models.UUIDField(null=True)
    applied_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "inbox_event"
        constraints = [
            models.UniqueConstraint(fields=["consumer", "event_id"], name="applied_once"),
            models.UniqueConstraint(
                fields=["consumer", "fact_id"],
                condition=Q(fact_id__isnull=False),
                name="fact_applied_once",
            ),
        ]
        indexes = [
            BrinIndex(fields=["applied_at"], name="inbox_event_when", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} applied {self.event_id}"


class InboxFailure(models.Model):
    """How often an event that is neither applied nor parked has failed at a consumer."""

    consumer = models.CharField(max_length=32)
    event_id = models.UUIDField()
    attempts = models.PositiveIntegerField(default=1, help_text="alone")
    crashes = models.PositiveIntegerField(
        default=0, db_default=0, help_text="in company that died with its worker"
    )
    last_error = models.TextField()
    last_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "inbox_failure"
        constraints = [
            models.UniqueConstraint(fields=["consumer", "event_id"], name="one_failure_row"),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} failed {self.event_id} ×{self.attempts}"


class InboxLease(models.Model):
    """The events a worker has in hand: committed before a handler sees them, deleted in the
    transaction of their effect. One that outlives its worker tells who was there when it died."""

    id = models.BigAutoField(primary_key=True)
    consumer = models.CharField(max_length=32)
    event_ids = ArrayField(models.UUIDField())
    worker = models.TextField()
    backend_pid = models.IntegerField()
    started_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "inbox_lease"

    def __str__(self) -> str:
        return f"{self.worker} has {len(self.event_ids)} events for {self.consumer}"


class InboxAttempt(models.Model):
    """One attempt at an event that failed, kept for whoever has to find out why."""

    id = models.BigAutoField(primary_key=True)
    consumer = models.CharField(max_length=32)
    event_id = models.UUIDField()
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(db_default=Now())
    worker = models.TextField()
    error_kind = models.CharField(max_length=100)
    error = models.TextField()
    traceback = models.TextField(blank=True)

    class Meta:
        db_table = "inbox_attempt"
        indexes = [
            models.Index(fields=["consumer", "event_id"], name="inbox_attempt_by_event"),
        ]

    def __str__(self) -> str:
        return f"{self.consumer}, {self.event_id}, attempt {self.number}: {self.error_kind}"


class InboxWaiting(models.Model):
    """An event that came too early: kept here until an event with its key has been applied."""

    consumer = models.CharField(max_length=32)
    event_id = models.UUIDField()
    envelope = models.JSONField()
    key = models.CharField(max_length=100, help_text='what it waits for, such as "task:<uuid>"')
    since = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "inbox_waiting"
        constraints = [
            models.UniqueConstraint(fields=["consumer", "event_id"], name="waits_once"),
        ]
        indexes = [
            models.Index(fields=["consumer", "key"], name="inbox_waiting_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} keeps {self.event_id} until {self.key}"


class ConsumerState(models.Model):
    """Whether a consumer takes events: it is paused when nothing succeeds any more."""

    consumer = models.CharField(max_length=32, primary_key=True)
    failures = models.PositiveIntegerField(
        default=0, db_default=0, help_text="in a row; an applied event begins anew"
    )
    paused_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="", db_default="")
    paused_by = models.UUIDField(null=True, help_text="empty: the system did, and probes it")
    probe_at = models.DateTimeField(null=True, help_text="when it is tried with one event")

    class Meta:
        db_table = "consumer_state"

    def __str__(self) -> str:
        return f"{self.consumer}: {'paused' if self.paused_at else 'open'}"


class WorkerCanary(models.Model):
    """The last sign that a worker takes what lies in a queue."""

    queue = models.CharField(max_length=64)
    worker = models.CharField(max_length=200)
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "worker_canary"
        constraints = [
            models.UniqueConstraint(fields=["queue", "worker"], name="one_canary_each"),
        ]

    def __str__(self) -> str:
        return f"{self.worker} took from {self.queue} at {self.seen_at}"
