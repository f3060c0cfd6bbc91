"""The trial balance of a span: every entry has two legs, so debits and credits are equal.

What a worker's account is credited with is the company's debit, and the other way round. Closed
days are read from their frozen totals, the others from their balances, and from the journal only
the few entries that may be on either side.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from django.db.models import Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing_app.models import BusinessDay, Cycle, Entries, Entry, Kind

Sums = dict[Kind, int]

WORKERS: Final = ("workers", _("Workers"))
COMPANY: Final = {
    Kind.FEE: ("income:fees", _("Income from fees")),
    Kind.REWARD: ("expense:rewards", _("Expense on rewards")),
    Kind.PAYOUT: ("asset:cash", _("Cash paid out")),
    Kind.ADJUSTMENT: ("equity:adjustments", _("Adjustments")),
}
# Seen from the workers; the company's account has the opposite.
_FROZEN: Final = {
    Kind.FEE: ("fees_cents", -1),
    Kind.REWARD: ("rewards_cents", 1),
    Kind.PAYOUT: ("payouts_cents", -1),
    Kind.ADJUSTMENT: ("adjusted_cents", 1),
}
_LIVE: Final = {
    Kind.FEE: ("charged_cents", -1),
    Kind.REWARD: ("earned_cents", 1),
    Kind.PAYOUT: ("paid_cents", -1),
    Kind.ADJUSTMENT: ("adjusted_cents", 1),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An account class; `opening_cents` is a credit when positive, a debit when negative."""

    code: str
    label: str | Promise
    kind: Kind | None
    opening_cents: int
    debit_cents: int
    credit_cents: int

    @property
    def closing_cents(self) -> int:
        return self.opening_cents + self.credit_cents - self.debit_cents

    @property
    def columns(self) -> tuple[int, ...]:
        """Debit and credit of the opening, of the span, of the closing."""
        opening, closing = self.opening_cents, self.closing_cents
        return (
            max(-opening, 0),
            max(opening, 0),
            self.debit_cents,
            self.credit_cents,
            max(-closing, 0),
            max(closing, 0),
        )


def trial_balance(first: date, last: date) -> list[Line]:
    """The workers and each of the company's accounts."""
    before, (credited, debited) = _before(first), _moved(first, last)
    company = [
        Line(*COMPANY[kind], kind, -before[kind], credited[kind], debited[kind]) for kind in COMPANY
    ]
    workers = Line(
        *WORKERS, None, sum(before.values()), sum(debited.values()), sum(credited.values())
    )
    return [workers, *company]


def totals(lines: list[Line]) -> list[int]:
    return [sum(column) for column in zip(*(line.columns for line in lines), strict=True)]


def _moved(first: date, last: date) -> tuple[Sums, Sums]:
    """What the workers were credited and debited with, by kind.

    A day's total is of both sides. Fees and payouts are debits and rewards are credits, but for
    what is `unusual`: so the total without the unusual is of the one side.
    """
    span = BusinessDay.objects.filter(day__range=(first, last))
    credited, debited = _sides(Entry.objects.unusual().filter(day__in=span))
    totals = _totals(span)  # later: a correction booked in between may lack in the sides, not here
    for kind in Kind:
        usual = 0 if kind == Kind.ADJUSTMENT else totals[kind] - credited[kind] + debited[kind]
        credited[kind] += max(usual, 0)
        debited[kind] += max(-usual, 0)
    return credited, debited


def _sides(entries: Entries) -> tuple[Sums, Sums]:
    """Credits and debits of some entries, both positive."""
    sums = (
        entries.order_by()
        .values_list("kind")
        .annotate(
            credit=Coalesce(Sum("amount_cents", filter=Q(amount_cents__gt=0)), 0),
            debit=Coalesce(Sum("amount_cents", filter=Q(amount_cents__lt=0)), 0),
        )
    )
    credited, debited = dict.fromkeys(Kind, 0), dict.fromkeys(Kind, 0)
    for kind, credit, debit in sums:
        credited[Kind(kind)], debited[Kind(kind)] = credit, -debit
    return credited, debited


def _before(first: date) -> Sums:
    return _totals(BusinessDay.objects.filter(day__lt=first))


def _totals(days: "QuerySet[BusinessDay]") -> Sums:
    """By kind, seen from the workers; in one statement, for a day may be sealed meanwhile."""
    closed = days.filter(status=BusinessDay.Status.CLOSED)
    unclosed = days.exclude(status=BusinessDay.Status.CLOSED)
    frozen = closed.values("status").annotate(**_summed(_FROZEN))
    cycles = Cycle.objects.filter(day__in=unclosed)
    live = cycles.values("day__status").annotate(**_summed(_LIVE))
    found = cast("list[dict[str, Any]]", list(frozen.union(live, all=True)))
    return {kind: sum(row[kind.name] for row in found) for kind in Kind}


def _summed(fields: dict[Kind, tuple[str, int]]) -> dict[str, Combinable]:
    return {kind.name: Coalesce(Sum(field), 0) * sign for kind, (field, sign) in fields.items()}
