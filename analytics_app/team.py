"""Who did what in a period: the flock side by side, and what each balance is now."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from analytics_app.periods import Period
from pages.navigation import ROLE_NAMES, Label

SHOWN = 100


class Order(TextChoices):
    WORTH = "worth", _("by worth of what they completed")
    COMPLETED = "completed", _("by tasks completed")
    BALANCE = "balance", _("by balance, debts first")
    NAME = "name", _("by name")


_BY = {
    Order.WORTH: "worth_cents DESC, completions DESC, name, public_id",
    Order.COMPLETED: "completions DESC, worth_cents DESC, name, public_id",
    Order.BALANCE: "balance_cents, name, public_id",
    Order.NAME: "name, public_id",
}
# Managers and admins get no tasks; whoever did before they became one is still shown.
_MEMBERS = """
WITH done AS (
     SELECT completed_by, count(*) AS completions,
            coalesce(sum(reward_cents), 0)::bigint AS worth_cents,
            max(reward_cents) AS dearest_cents
       FROM analytics_app_task
      WHERE completed_day BETWEEN %s AND %s
      GROUP BY completed_by)
SELECT account.public_id, account.name, account.role, account.is_active, account.balance_cents,
       coalesce(done.completions, 0) AS completions, coalesce(done.worth_cents, 0) AS worth_cents,
       done.dearest_cents
  FROM analytics_app_account AS account
  LEFT JOIN done ON done.completed_by = account.public_id
 WHERE done.completions IS NOT NULL
    OR (account.is_active AND account.role IN ('worker', 'accountant'))
"""
_SIZE = f"SELECT count(*) FROM ({_MEMBERS}) AS everybody"  # noqa: S608 our own text


@dataclass(frozen=True, slots=True)
class Member:
    """A popug in a period; the balance is that of now. `dearest_cents`: of one task, if any has a
    price yet."""

    public_id: UUID
    name: str
    role: str
    is_active: bool
    balance_cents: int
    completions: int
    worth_cents: int
    dearest_cents: int | None

    @property
    def role_name(self) -> Label:
        return ROLE_NAMES.get(self.role, "")

    def __str__(self) -> str:
        return self.name or str(self.public_id)


def members(period: Period, order: Order = Order.WORTH, limit: int | None = None) -> list[Member]:
    """Everybody who gets tasks or has completed some, `limit` of them or all."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_MEMBERS} ORDER BY {_BY[order]} LIMIT %s", [period.first, period.last, limit]
        )
        return [Member(*row) for row in cursor.fetchall()]


def size(period: Period) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_SIZE, [period.first, period.last])
        return int(cursor.fetchone()[0])
