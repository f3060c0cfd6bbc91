"""Read models: what the other services' events add up to. Nothing here is a source of anything.

A row may be a stub, made by an event that overtook the one that introduces the thing; the columns
it could not know are empty until that one comes.
"""

from typing import Self

from django.db import models
from django.db.models import F, Q

from pages.navigation import ROLE_NAMES, Label


class Accounts(models.QuerySet["Account"]):
    def in_the_red(self) -> Self:
        """Whose balance is below zero now (A1), dismissed people too: they still owe."""
        return self.filter(balance_cents__lt=0)


class Account(models.Model):
    """A person, and the sum of all entries of their ledger account."""

    public_id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=150, blank=True, default="", db_default="")
    role = models.CharField(max_length=10, blank=True, default="", db_default="")
    is_active = models.BooleanField(default=True, db_default=True)
    version = models.PositiveIntegerField(default=0, db_default=0)
    balance_cents = models.BigIntegerField(default=0, db_default=0)

    objects = Accounts.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["balance_cents", "public_id"],
                condition=Q(balance_cents__lt=0),
                name="account_in_the_red",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.public_id)

    @property
    def role_name(self) -> Label:
        return ROLE_NAMES.get(self.role, "")


class Task(models.Model):
    """A task, what it pays and when it was completed; `completed_day` is a business day."""

    public_id = models.UUIDField(primary_key=True)
    title = models.CharField(max_length=200, blank=True, default="", db_default="")
    jira_id = models.CharField(max_length=32, blank=True, default="", db_default="")
    reward_cents = models.BigIntegerField(null=True)
    completed_at = models.DateTimeField(null=True)
    completed_day = models.DateField(null=True)
    completed_by = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(
                "completed_day",
                F("reward_cents").desc(),
                "completed_at",
                "public_id",
                condition=Q(completed_day__isnull=False, reward_cents__isnull=False),
                name="task_most_expensive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jira_id} {self.title}".strip() or str(self.public_id)


class DayTotal(models.Model):
    """What happened on a business day. Money by the day it was booked in, positive as its name
    says; assignments and completions by the day they happened."""

    day = models.DateField(primary_key=True)
    fees_cents = models.BigIntegerField(default=0, db_default=0)
    rewards_cents = models.BigIntegerField(default=0, db_default=0)
    adjusted_cents = models.BigIntegerField(default=0, db_default=0)
    paid_out_cents = models.BigIntegerField(default=0, db_default=0)
    payouts = models.PositiveIntegerField(default=0, db_default=0)
    assignments = models.PositiveIntegerField(default=0, db_default=0)
    completions = models.PositiveIntegerField(default=0, db_default=0)
    shuffles = models.PositiveIntegerField(default=0, db_default=0)
    closed_at = models.DateTimeField(null=True)
    earned_cents = models.GeneratedField(
        expression=F("fees_cents") - F("rewards_cents"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )

    def __str__(self) -> str:
        return f"{self.day}: {self.earned_cents}"
