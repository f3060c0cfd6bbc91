"""Dead letters: what a consumer could not apply, and how operators find it among many."""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from messaging import contracts

EXACT = ("consumer", "event_name", "event_version", "error_kind", "error_group", "correlation_id")


class DeadLetters(models.QuerySet["DeadLetter"]):
    def parked(self) -> Self:
        return self.filter(state=DeadLetter.State.PARKED)

    def discarded(self) -> Self:
        return self.filter(state=DeadLetter.State.DISCARDED)

    def matching(self, consumer: str = "", name: str = "", error: str = "", **more: Any) -> Self:
        """Those of a consumer, an event name, a kind of error and what else is exact; empty
        means any."""
        asked = {"consumer": consumer, "event_name": name, "error_kind": error, **more}
        return self.filter(**{column: asked[column] for column in EXACT if asked.get(column)})

    def saying(self, words: str) -> Self:
        """Those whose error or envelope has all these words, each perhaps only begun."""
        query = " & ".join(f"'{_quoted(word)}':*" for word in words.split())
        if not query:
            return self
        asked = SearchQuery(query, config="simple", search_type="raw")
        return self.filter(pk__in=LetterWords.objects.filter(words=asked).values("letter"))

    def about(self, wanted: UUID) -> Self:
        """Those with this id: of the letter, its event, its chain, its task or its person."""
        anywhere = Q(consumer__in=contracts.consumers(), event_id=wanted)
        for column in ("public_id", "correlation_id", "task_id", "account_id"):
            anywhere |= Q(**{column: wanted})
        return self.filter(anywhere)


def _quoted(word: str) -> str:
    return word.replace("\\", "\\\\").replace("'", "''")


class DeadLetter(models.Model):
    """What a consumer could not apply: kept whole until somebody replays or discards it.

    `error_group` is the same for letters that failed for the same reason; `task_id` and
    `account_id` are what the event is about, if it says so.
    """

    class State(models.TextChoices):
        PARKED = "parked", _("parked")
        REPLAYED = "replayed", _("replayed")
        DISCARDED = "discarded", _("discarded")

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(unique=True, default=uuid7, editable=False)
    consumer = models.CharField(max_length=32)
    fingerprint = models.CharField(max_length=64, help_text="of the envelope")
    event_id = models.UUIDField(null=True, help_text="empty when the envelope is malformed")
    event_name = models.CharField(max_length=100, blank=True)
    event_version = models.PositiveSmallIntegerField(null=True)
    correlation_id = models.UUIDField(null=True)
    task_id = models.UUIDField(null=True)
    account_id = models.UUIDField(null=True)
    envelope = models.JSONField()
    error_kind = models.CharField(max_length=100)
    error_group = models.CharField(max_length=200, blank=True, default="", db_default="")
    error = models.TextField()
    traceback = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=1)
    replays = models.PositiveIntegerField(default=0, db_default=0)
    state = models.CharField(max_length=9, choices=State, default=State.PARKED)
    reason = models.TextField(blank=True, help_text="why it was discarded")
    resolved_by = models.UUIDField(null=True)
    parked_at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True)
    deed = models.ForeignKey(
        "messaging.Deed",
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="letters",
        help_text="which gave it up or took that back, with all that were chosen together",
    )

    objects: ClassVar[DeadLetters] = DeadLetters.as_manager()  # type: ignore[assignment]

    class Meta:
        db_table = "dead_letter"
        constraints = [
            models.UniqueConstraint(
                fields=["consumer", "fingerprint"],
                condition=Q(state="parked"),
                name="parked_once",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="dead_letter_by_state"),
            models.Index(fields=["consumer", "event_id"], name="dead_letter_by_event"),
            models.Index(
                fields=[
                    "state",
                    "consumer",
                    "event_name",
                    "event_version",
                    "error_group",
                    "error_kind",
                    "parked_at",
                ],
                name="dead_letter_grouped",
            ),
            models.Index(fields=["error_group", "-id"], name="dead_letter_by_group"),
            models.Index(fields=["parked_at"], name="dead_letter_by_time"),
            models.Index(fields=["correlation_id"], name="dead_letter_by_chain"),
            models.Index(fields=["task_id"], name="dead_letter_by_task"),
            models.Index(fields=["account_id"], name="dead_letter_by_person"),
            models.Index(
                fields=["deed"], condition=Q(deed__isnull=False), name="dead_letter_by_deed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consumer}: {self.event_name or 'malformed'} ({self.error_kind})"

    @property
    def is_parked(self) -> bool:
        return self.state == self.State.PARKED

    @property
    def is_discarded(self) -> bool:
        return self.state == self.State.DISCARDED


class LetterWords(models.Model):
    """What a letter says, for searching; kept by a trigger, and apart from the letter, so that
    giving up a hundred thousand of them doesn't index their words anew."""

    letter = models.OneToOneField(DeadLetter, models.CASCADE, primary_key=True, related_name="said")
    words = SearchVectorField()

    class Meta:
        db_table = "dead_letter_words"
        indexes = [GinIndex(fields=["words"], name="dead_letter_by_words")]

    def __str__(self) -> str:
        return f"the words of letter {self.letter_id}"
