"""The ledger's tables. PostgreSQL keeps its rules (see migrations); amounts are integer cents.

Entries are written by `ledger`, `closing` and `correcting` alone, days and cycles by PostgreSQL's
functions alone; see ARCHITECTURE.md, "The ledger".
"""

from typing import ClassVar, Self
from uuid import UUID

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, TruncDate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from billing_app.debts import Debt
from billing_app.oversight import (
    Action,
    AuditRecord,
    CheckRequest,
    CloseRequest,
    ControlTotal,
    Correction,
    Difference,
    Reconciliation,
    SealRefusal,
)
from messaging.business_day import business_day, business_zone
from pages import words as wording

__all__ = [
    "Account",
    "Action",
    "AuditRecord",
    "BusinessDay",
    "CheckRequest",
    "CloseRequest",
    "ControlTotal",
    "Correction",
    "Cycle",
    "Debt",
    "Difference",
    "Entries",
    "Entry",
    "Kind",
    "Movements",
    "Payout",
    "Price",
    "Reconciliation",
    "SealRefusal",
    "Task",
]


class Accounts(models.QuerySet["Account"]):
    def matching(self, words: str) -> Self:
        """Those with all these words in name and e-mail, each perhaps only begun."""
        return wording.matching(self, words, "name", "email")


class Account(models.Model):
    """Billing's copy of a person, and whose ledger account it is (B1). A stub until auth's event
    comes: money is booked for whoever the tracker names."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(unique=True)
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=2, default="en")
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    objects = Accounts.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["name", "id"], name="account_by_name"),
            GinIndex(wording.vector("name", "email"), name="account_by_words"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.public_id)


class Task(models.Model):
    """What a task is called, for statements."""

    public_id = models.UUIDField(primary_key=True)
    title = models.CharField(max_length=200)
    jira_id = models.CharField(max_length=32, blank=True)

    def __str__(self) -> str:
        return f"{self.jira_id} {self.title}".strip()


class Price(models.Model):
    """A task's prices, drawn once by whichever of its events comes first, never changed (B2)."""

    task_id = models.UUIDField(primary_key=True)
    fee_cents = models.BigIntegerField()
    reward_cents = models.BigIntegerField()
    drawn_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(fee_cents__range=(1000, 2000)) & Q(reward_cents__range=(2000, 4000)),
                name="prices_in_range",
            ),
            models.CheckConstraint(
                condition=Q(fee_cents=F("fee_cents") / 100 * 100)
                & Q(reward_cents=F("reward_cents") / 100 * 100),
                name="prices_in_whole_dollars",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: −{self.fee_cents} +{self.reward_cents}"


class BusinessDay(models.Model):
    """open → closing → closed; a closed day is frozen and chained to the one before by digest."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("business day", "open")
        CLOSING = "closing", _("closing")
        CLOSED = "closed", _("closed")

    day = models.DateField(primary_key=True)
    status = models.CharField(max_length=7, choices=Status, default=Status.OPEN, db_default="open")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True, help_text="empty: the schedule")
    entries = models.BigIntegerField(null=True)
    fees_cents = models.BigIntegerField(null=True)
    rewards_cents = models.BigIntegerField(null=True)
    adjusted_cents = models.BigIntegerField(null=True)
    payouts_cents = models.BigIntegerField(null=True)
    previous_digest = models.BinaryField(null=True)
    digest = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="closed", digest__isnull=False, entries__isnull=False)
                | (~Q(status="closed") & Q(digest=None, entries=None)),
                name="closed_means_sealed",
            ),
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="closing"), name="one_closing_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.status}"

    @property
    def is_closed(self) -> bool:
        return self.status == self.Status.CLOSED

    @property
    def is_closing(self) -> bool:
        return self.status == self.Status.CLOSING

    @property
    def seal(self) -> str:
        """The digest in hex; empty while the day is open."""
        return bytes(self.digest).hex() if self.digest else ""


class Kind(models.IntegerChoices):
    """Why money moved; the company's side of each is an account of its own."""

    FEE = 1, _("fee")
    REWARD = 2, _("reward")
    PAYOUT = 3, _("payout")
    ADJUSTMENT = 4, _("adjustment")


UNUSUAL = Q(kind=4) | Q(reverses__isnull=False)


class Entries(models.QuerySet["Entry"]):
    def of(self, account_id: UUID) -> Self:
        """An account's own: by its number, so that the index gives them in order."""
        return self.filter(account=Account.objects.filter(public_id=account_id).first())

    def unusual(self) -> Self:
        """What may be on either side: adjustments and reversals, which are few."""
        return self.filter(UNUSUAL)

    def late(self) -> Self:
        """What happened on a day that was closed when it was booked. A payout happens after its
        day by its nature."""
        return self.filter(day__gt=TruncDate("occurred_at", tzinfo=business_zone()))


class Entry(models.Model):
    """The journal: append-only, one row is both legs, so every entry sums to zero (B1).

    `amount_cents` is seen from the worker, the company's leg is its negative; `day` is the day it
    is booked in, `occurred_at` when it happened. On the hot table no foreign key but `reverses`,
    which few rows have: the account and the day are proved by `Cycle`, once per statement.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        Account, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="entries"
    )
    amount_cents = models.BigIntegerField()
    day = models.DateField()
    kind = models.SmallIntegerField(choices=Kind)
    source_id = models.UUIDField(help_text="the assignment, completion or payout")
    task_id = models.UUIDField(null=True)
    event_id = models.UUIDField(null=True, help_text="the event that told of it")
    actor = models.UUIDField(null=True, help_text="who set it off; empty: the system")
    reverses = models.OneToOneField(
        "self", models.DO_NOTHING, null=True, db_constraint=True, related_name="reversed_by"
    )
    occurred_at = models.DateTimeField()
    posted_at = models.DateTimeField(db_default=Now())

    objects = Entries.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_id", "kind"], name="booked_once"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=False)
                | Q(kind=1, amount_cents__range=(-2000, -1000))
                | Q(kind=2, amount_cents__range=(2000, 4000))
                | Q(kind=3, amount_cents__lt=0)
                | (Q(kind=4) & ~Q(amount_cents=0)),
                name="sign_and_size_by_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "day", "id"], name="entry_by_account"),
            models.Index(
                fields=["day", "id"],
                include=["kind", "amount_cents", "occurred_at"],
                name="entry_newest",
            ),
            models.Index(
                fields=["task_id"], condition=Q(task_id__isnull=False), name="entry_by_task"
            ),
            models.Index(fields=["day"], condition=UNUSUAL, name="entry_unusual"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount_cents} on {self.day}"

    @property
    def kind_name(self) -> str:
        return Kind(self.kind).name.lower()

    @property
    def is_late(self) -> bool:
        """It happened on a day that was closed when it was booked."""
        return business_day(self.occurred_at) < self.day

    @property
    def is_reversible(self) -> bool:
        """A payout has left, and a reversal has its own entry to speak for it."""
        return self.kind != Kind.PAYOUT and self.reverses_id is None

    @property
    def debit_cents(self) -> int:
        """Of the worker's account; the company's has the opposite."""
        return max(-self.amount_cents, 0)

    @property
    def credit_cents(self) -> int:
        return max(self.amount_cents, 0)


class Movements:
    """What left an account on a day, as its owner sees it: negative cents."""

    charged_cents: int
    paid_cents: int

    @property
    def charges_cents(self) -> int:
        return -self.charged_cents

    @property
    def payouts_cents(self) -> int:
        return -self.paid_cents


class Cycle(Movements, models.Model):
    """One account's business day: cached balance, statement and carry-over in one row (B4).

    Kept by the database's trigger on `Entry` and by closing, by nothing else.
    """

    pk = models.CompositePrimaryKey("day_id", "account_id")
    day = models.ForeignKey(BusinessDay, models.PROTECT, db_column="day", db_index=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="cycles", db_index=False)
    opening_cents = models.BigIntegerField(db_default=0)
    charged_cents = models.BigIntegerField(db_default=0)
    earned_cents = models.BigIntegerField(db_default=0)
    adjusted_cents = models.BigIntegerField(db_default=0)
    paid_cents = models.BigIntegerField(db_default=0)
    closing_cents = models.GeneratedField(
        expression=F("opening_cents")
        - F("charged_cents")
        + F("earned_cents")
        + F("adjusted_cents")
        - F("paid_cents"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )

    class Meta:
        indexes = [models.Index(fields=["account", "-day"], name="cycle_by_account")]

    def __str__(self) -> str:
        return f"{self.account_id} on {self.day_id}: {self.closing_cents}"


class Payout(models.Model):
    """A positive balance paid out at the close (B6). The e-mail is a notice of it: sending may
    fail and be repeated, the money has moved once."""

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="payouts", db_index=False)
    day = models.DateField()
    amount_cents = models.BigIntegerField()
    state = models.CharField(
        max_length=7, choices=State, default=State.PENDING, db_default="pending"
    )
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    refusals = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, db_default="")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "account"], name="paid_once_a_day"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="pays_something"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at=None)),
                name="sent_when_sent",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=~Q(state="sent"), name="payout_unsent"),
            models.Index(fields=["-made_at", "-id"], name="payout_newest"),
        ]

    def __str__(self) -> str:
        return f"payout {self.id} of {self.amount_cents} on {self.day}"

    objects: ClassVar[models.Manager["Payout"]] = models.Manager()
