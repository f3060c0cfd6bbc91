"""The tables of what watches over the ledger: what the tracker counted, what reconciliation found,
what was corrected by whom, and what people did. None of them is ever edited (migration 0011),
but for a correction, which is decided once.
"""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from billing_app.claims import CLAIMS
from pages import formats


class ControlTotal(models.Model):
    """What the tracker counted on a business day. A lost event leaves every sum of the ledger
    right, so only a count from outside shows it."""

    day = models.DateField(primary_key=True)
    version = models.PositiveIntegerField()
    assignments = models.BigIntegerField()
    assignments_checksum = models.DecimalField(max_digits=40, decimal_places=0)
    completions = models.BigIntegerField()
    completions_checksum = models.DecimalField(max_digits=40, decimal_places=0)
    zone = models.CharField(max_length=64, help_text="where the day began and ended")
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day}: {self.assignments} assigned, {self.completions} completed"


class CheckRequest(models.Model):
    """Somebody asked for a reconciliation now; the next tick answers, if no worker is quicker."""

    requested_at = models.DateTimeField(db_default=Now())
    requested_by = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.requested_by} at {self.requested_at}"


class CloseRequest(models.Model):
    """Somebody had a day closed: written with its barrier, so that whoever pays out and seals does
    it in that person's name and in the chain of that click."""

    day = models.DateField(primary_key=True)
    requested_at = models.DateTimeField(db_default=Now())
    requested_by = models.UUIDField()
    correlation_id = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.day} by {self.requested_by}"


class SealRefusal(models.Model):
    """Why the ledger refused to close a day: a row whenever the reason is another than before, and
    one without a reason when it has been mended."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    reason = models.TextField()
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.day}: {self.reason}"


class Reconciliations(models.QuerySet["Reconciliation"]):
    def whole(self) -> Self:
        """Those that looked at every day."""
        return self.filter(day=None)

    def newest(self) -> "Reconciliation | None":
        return self.whole().order_by("-checked_at", "-id").first()


class Reconciliation(models.Model):
    """One run of every proof. `verdicts` maps a claim to the number of its contradictions,
    `checked_at` is when it began: nothing later is known to be proved."""

    class Why(models.TextChoices):
        SCHEDULE = "schedule", _("schedule")
        CLOSE = "close", _("a day was closed")
        REFUSED = "refused", _("a close was refused")
        PERSON = "person", _("somebody asked")

    id = models.BigAutoField(primary_key=True)
    checked_at = models.DateTimeField()
    seconds = models.FloatField()
    why = models.CharField(max_length=8, choices=Why)
    asked_by = models.UUIDField(null=True)
    day = models.DateField(null=True, help_text="the only day looked at; empty: all")
    closed_through = models.DateField(null=True, help_text="the newest day that was closed then")
    ok = models.BooleanField()
    verdicts = models.JSONField()

    objects = Reconciliations.as_manager()

    class Meta:
        indexes = [models.Index(fields=["-checked_at", "-id"], name="reconciliation_newest")]

    def __str__(self) -> str:
        return f"{self.checked_at}: {'ok' if self.ok else 'differences'}"

    @property
    def claims(self) -> list[tuple[str, str, int]]:
        """(key, claim in the reader's language, contradictions) of what was proved."""
        return [
            (key, gettext(claim.name), self.verdicts[key])
            for key, claim in CLAIMS.items()
            if key in self.verdicts
        ]

    @property
    def count(self) -> int:
        """How many contradictions there are, over all claims."""
        return sum(self.verdicts.values())


class Difference(models.Model):
    """One contradiction of a claim: what the one side says and what the other. The first hundred
    of a claim are kept, the count is in the run."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Reconciliation, models.PROTECT, related_name="differences")
    claim = models.CharField(max_length=20)
    day = models.DateField(null=True)
    account = models.ForeignKey(
        "Account", models.DO_NOTHING, null=True, db_index=False, db_constraint=False
    )
    entry_id = models.BigIntegerField(null=True)
    here = models.TextField(blank=True)
    there = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.claim}: {self.here} ≠ {self.there}"

    @property
    def what(self) -> str:
        """The contradiction as a sentence: whose, when, what the one side says and the other."""
        where = [str(self.account)] if self.account_id else []
        where += [self.day.isoformat()] if self.day else []
        sides = {"here": self._side(self.here), "there": self._side(self.there)}
        words = gettext(CLAIMS[self.claim].words) % sides
        return f"{', '.join(where)}: {words}" if where else words

    def _side(self, text: str) -> str:
        if not CLAIMS[self.claim].money:
            return text or "—"
        return formats.money(int(text)) if text else "—"


class Corrections(models.QuerySet["Correction"]):
    def standing(self) -> Self:
        """Those that wait or were approved: one an entry."""
        return self.exclude(state__in=Correction.GIVEN_UP)

    def waiting(self) -> Self:
        return self.filter(state=Correction.State.REQUESTED)

    def with_rank(self) -> "models.QuerySet[Correction, Any]":
        """`rank` puts those that wait before the decided ones."""
        waits = When(state=Correction.State.REQUESTED, then=Value(0))
        return self.annotate(rank=Case(waits, default=Value(1)))


class Correction(models.Model):
    """A mistake in the journal: one person asks for its reversal, another decides. Its id is the
    source of the reversing entry, so it can be booked once only."""

    class State(models.TextChoices):
        REQUESTED = "requested", pgettext_lazy("correction", "waiting")
        APPROVED = "approved", pgettext_lazy("correction", "approved")
        REJECTED = "rejected", pgettext_lazy("correction", "rejected")
        WITHDRAWN = "withdrawn", pgettext_lazy("correction", "withdrawn")

    GIVEN_UP = (State.REJECTED, State.WITHDRAWN)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    entry = models.ForeignKey("Entry", models.PROTECT, related_name="corrections")
    reason = models.CharField(max_length=500)
    requested_by = models.UUIDField()
    requested_at = models.DateTimeField(db_default=Now())
    state = models.CharField(
        max_length=9, choices=State, default=State.REQUESTED, db_default="requested"
    )
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    objects = Corrections.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="requested", decided_by=None, decided_at=None)
                | ~Q(state="requested") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="decided_when_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | Q(state="withdrawn", decided_by=F("requested_by"))
                | ~Q(state="withdrawn") & ~Q(decided_by=F("requested_by")),
                name="four_eyes",
            ),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="corrected_for_a_reason"),
            models.UniqueConstraint(
                fields=["entry"],
                condition=~Q(state__in=["rejected", "withdrawn"]),
                name="one_correction_an_entry",
            ),
        ]
        indexes = [models.Index(fields=["-requested_at", "-id"], name="correction_newest")]

    def __str__(self) -> str:
        return f"correction of entry {self.entry_id}: {self.reason}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.REQUESTED

    @property
    def stands(self) -> bool:
        return self.state not in self.GIVEN_UP


class Action(models.TextChoices):
    """What people do with money and leave a trace of."""

    CLOSED = "day_closed", _("closed a day")
    CLOSED_EARLY = "day_closed_early", _("closed a day early")
    RETRIED = "notice_retried", _("sent a notice again")
    REQUESTED = "correction_requested", _("asked for a correction")
    APPROVED = "correction_approved", _("approved a correction")
    REJECTED = "correction_rejected", _("rejected a correction")
    WITHDRAWN = "correction_withdrawn", _("withdrew a correction")
    RECONCILED = "reconciliation_requested", _("asked for a reconciliation")
    EXPORTED = "exported", _("exported")


class AuditRecord(models.Model):
    """Who did what to which thing, and what it was before; written with the change itself."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    actor = models.UUIDField()
    actor_role = models.CharField(max_length=10, blank=True)
    action = models.CharField(max_length=30, choices=Action)
    object = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    request_id = models.UUIDField()

    class Meta:
        db_table = "billing_app_audit"
        indexes = [
            models.Index(fields=["actor", "-id"], name="audit_by_actor"),
            models.Index(fields=["action", "-id"], name="audit_by_action"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.object}"

    objects: ClassVar[models.Manager["AuditRecord"]] = models.Manager()
