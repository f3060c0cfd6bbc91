"""The tables of the mechanism. PostgreSQL is the truth; the broker is only a wire (E3)."""

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from messaging.event import Event
from messaging.form_key_models import FormKey
from messaging.inbox_models import (
    ConsumerState,
    InboxAttempt,
    InboxEvent,
    InboxFailure,
    InboxLease,
    InboxWaiting,
    WorkerCanary,
)
from messaging.letter_models import DeadLetter, DeadLetters, LetterWords
from messaging.operation_models import Deed, DryRun, ReplayItem, ReplayRun
from messaging.rebuild_models import PrunedEvents, Rebuild
from messaging.tally_models import EventTally

__all__ = [
    "ConsumerState",
    "DeadLetter",
    "DeadLetters",
    "Deed",
    "DryRun",
    "EventTally",
    "FormKey",
    "InboxAttempt",
    "InboxEvent",
    "InboxFailure",
    "InboxLease",
    "InboxWaiting",
    "LetterWords",
    "OutboxDelivery",
    "OutboxEvent",
    "PrunedEvents",
    "Rebuild",
    "ReplayItem",
    "ReplayRun",
    "WorkerCanary",
]


class OutboxEvent(models.Model):
    """The event log of this database's services: append-only, in order of writing."""

    position = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    event_name = models.CharField(max_length=100)
    event_version = models.PositiveSmallIntegerField()
    event_time = models.DateTimeField(help_text="when it happened")
    producer = models.CharField(max_length=32)
    data = models.JSONField()
    correlation_id = models.UUIDField()
    causation_id = models.UUIDField(null=True)
    actor = models.UUIDField(null=True)
    traceparent = models.CharField(max_length=64, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "outbox_event"
        indexes = [
            models.Index(fields=["event_name", "-position"], name="outbox_event_by_name"),
            models.Index(fields=["correlation_id"], name="outbox_event_by_chain"),
            models.Index(
                fields=["event_name", "event_version", "created_at"],
                name="outbox_event_by_version",
            ),
            models.Index(KT("data__task_id"), name="outbox_event_by_task"),
            models.Index(KT("data__account_id"), name="outbox_event_by_person"),
            models.Index(
                fields=["actor"], condition=Q(actor__isnull=False), name="outbox_event_by_actor"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_name}.v{self.event_version} {self.event_id}"

    def as_event(self) -> Event:
        return Event(
            event_id=self.event_id,
            name=self.event_name,
            version=self.event_version,
            time=self.event_time,
            producer=self.producer,
            data=self.data,
            correlation_id=self.correlation_id,
            causation_id=self.causation_id,
            actor=self.actor,
            traceparent=self.traceparent,
        )


class OutboxDelivery(models.Model):
    """One event for one consumer: what the relay still has to bring, and what has arrived."""

    class State(models.TextChoices):
        DUE = "due", _("due")  # never sent
        SENT = "sent", _("sent")  # sent, not acknowledged; sent again at next_attempt_at
        ACKED = "acked", _("acknowledged")  # the consumer's inbox has it
        PARKED = "parked", _("parked")  # a dead letter of the consumer has it
        WAITING = "waiting", _("waiting")  # the consumer keeps it until another event has come
        DISCARDED = "discarded", _("discarded")  # an operator of the consumer gave it up

    id = models.BigAutoField(primary_key=True)
    # Its column, `event_id`, holds the event's position, not its UUID. Kept by the database for
    # whole statements, see migration 0050.
    event = models.ForeignKey(
        OutboxEvent, models.PROTECT, related_name="deliveries", db_index=False, db_constraint=False
    )
    consumer = models.CharField(max_length=32)
    state = models.CharField(max_length=9, choices=State, default=State.DUE, db_default="due")
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outbox_delivery"
        constraints = [
            models.UniqueConstraint(fields=["event", "consumer"], name="once_per_consumer"),
        ]
        indexes = [
            models.Index(
                fields=["consumer", "next_attempt_at", "id"],
                condition=Q(state__in=["due", "sent"]),
                name="outbox_delivery_open",
            ),
            models.Index(
                fields=["consumer", "next_attempt_at", "id"],
                condition=Q(state__in=["parked", "waiting"]),
                name="outbox_delivery_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.consumer}: {self.state}"
