"""Who is in the red, and since when (A1): a view that PostgreSQL keeps (migration 0057)."""

from typing import Any

from django.db import models

from messaging.business_day import today


class Debt(models.Model):
    """An account below zero. `since` is the business day on which it went below and has not come
    back: a debt carries over, so each closed day of it has a row of its own in the ledger."""

    account = models.OneToOneField(
        "billing_app.Account", models.DO_NOTHING, primary_key=True, related_name="debt"
    )
    balance_cents = models.BigIntegerField()
    since = models.DateField()

    class Meta:
        managed = False
        db_table = "billing_debt"

    def __str__(self) -> str:
        return f"{self.account_id}: {self.balance_cents} since {self.since}"

    @property
    def shown(self) -> tuple[Any, ...]:
        """All that a row of a list depends on, for whoever keeps the row."""
        account = self.account.public_id, self.account.name, self.account.is_active
        return *account, self.balance_cents, self.since, self.days

    @property
    def days(self) -> int:
        """How many business days the debt has ended."""
        return (today() - self.since).days
