"""What the ledger says: balances, statements, the company's days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from billing_app.models import (
    Account,
    BusinessDay,
    Correction,
    Cycle,
    Entry,
    Movements,
    Payout,
    Price,
    Task,
)
from messaging.business_day import today

TOTALS = ("fees_cents", "rewards_cents", "adjusted_cents", "payouts_cents")
_UNCLOSED = BusinessDay.objects.exclude(status=BusinessDay.Status.CLOSED)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry on a statement with the balance after it, in cents; a reversal says why."""

    entry: Entry
    task: Task | None
    balance_cents: int
    reason: str = ""


@dataclass(frozen=True)
class Statement(Movements):
    """One account's business day, in cents: its opening, what moved, its closing."""

    day: date
    account: Account | None
    opening_cents: int
    charged_cents: int
    earned_cents: int
    adjusted_cents: int
    paid_cents: int
    closing_cents: int
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class CompanyDay:
    """A business day as management sees it, in cents (B5)."""

    day: date
    status: str
    fees_cents: int
    rewards_cents: int
    adjusted_cents: int
    payouts_cents: int
    digest: str

    @property
    def earned_cents(self) -> int:
        """Fees charged − rewards paid."""
        return self.fees_cents - self.rewards_cents

    @property
    def is_closed(self) -> bool:
        return self.status == BusinessDay.Status.CLOSED

    @property
    def has_moved(self) -> bool:
        return any(getattr(self, field) for field in TOTALS)


def balance_cents(account_id: UUID) -> int:
    """What the account holds now; negative is a debt."""
    cycles = Cycle.objects.filter(account__public_id=account_id, day__in=_UNCLOSED)
    return int(cycles.aggregate(cents=Coalesce(Sum("closing_cents"), 0))["cents"])


def with_balance(accounts: "QuerySet[Account]") -> "QuerySet[Account, Any]":
    """Accounts with `balance_cents`, what each holds now: looked up for those that are shown."""
    unclosed = Cycle.objects.filter(account=OuterRef("pk"), day__in=_UNCLOSED)
    held = unclosed.order_by().values("account").annotate(cents=Sum("closing_cents"))
    return accounts.annotate(balance_cents=Coalesce(Subquery(held.values("cents")), 0))


def statement(account_id: UUID, day: date) -> Statement:
    """The account's business day with every entry and the running balance (B1, B7)."""
    account = Account.objects.filter(public_id=account_id).first()
    cycle = Cycle.objects.filter(account=account, day=day).first() if account else None
    opening = _opening(account, day)
    entries = _entries(account, day, day) if account else []
    moved = {
        field: getattr(cycle, field) if cycle else 0
        for field in ("charged_cents", "earned_cents", "adjusted_cents", "paid_cents")
    }
    lines = _lines(entries, opening)
    closing = lines[-1].balance_cents if lines else opening
    return Statement(
        day=day,
        account=account,
        opening_cents=opening,
        closing_cents=closing,
        lines=lines,
        **moved,
    )


def lines(account_id: UUID, first: date, last: date) -> list[Line]:
    """Every entry of a span with the balance after it."""
    account = Account.objects.filter(public_id=account_id).first()
    entries = _entries(account, first, last) if account else []
    return _lines(entries, _opening(account, first))


def _opening(account: Account | None, day: date) -> int:
    """The opening of a day whose predecessors are not closed yet is what they hold so far. Asked in
    one statement: a predecessor that is sealed meanwhile is in the one sum or in the other."""
    if account is None:
        return 0
    earlier = Q(day__lt=day, day__in=_UNCLOSED)
    cycles = Cycle.objects.filter(earlier | Q(day=day), account=account)
    sums = cycles.aggregate(
        carried=Coalesce(Sum("opening_cents", filter=Q(day=day)), 0),
        held=Coalesce(Sum("closing_cents", filter=Q(day__lt=day)), 0),
    )
    return int(sums["carried"] + sums["held"])


def _entries(account: Account, first: date, last: date) -> list[Any]:
    """Each with its reversal, if it has one, and if it is one with the `reason`."""
    entries = Entry.objects.filter(account=account, day__range=(first, last))
    asked = Correction.objects.filter(pk=OuterRef("source_id")).values("reason")
    reason = Case(When(reverses__isnull=False, then=Subquery(asked)), default=Value(""))
    told = entries.annotate(reason=reason).select_related("reversed_by")
    return list(told.order_by("day", "id"))


def _lines(entries: list[Any], opening: int) -> list[Line]:
    tasks = Task.objects.in_bulk(known(entry.task_id for entry in entries))
    lines, balance = [], opening
    for entry in entries:
        balance += entry.amount_cents
        task = tasks.get(entry.task_id) if entry.task_id else None
        lines.append(Line(entry, task, balance, entry.reason))
    return lines


def name_of(field: str) -> Subquery:
    """For annotations: what the person whose public id is in `field` is called."""
    return Subquery(Account.objects.filter(public_id=OuterRef(field)).values("name")[:1])


def correction_of(entry: Entry) -> Correction | None:
    """The correction that the entry is, or the newest that somebody wanted of it."""
    about = Q(pk=entry.source_id) if entry.reverses_id else Q(entry=entry)
    found = Correction.objects.filter(about).order_by("-requested_at", "-id")
    return found.annotate(asker=name_of("requested_by"), decider=name_of("decided_by")).first()


def company_days(first: date | None = None, last: date | None = None) -> list[CompanyDay]:
    """The company's days, newest first; frozen totals for closed ones, live sums for the others."""
    days = BusinessDay.objects.filter(day__lte=last or today()).order_by("-day")
    return _told(days.filter(day__gte=first) if first else days)


def company_day(day: date) -> CompanyDay | None:
    """One business day, or None if the ledger does not know it."""
    return next(iter(company_days(day, day)), None)


def company_day_among(day: date) -> tuple[CompanyDay | None, date | None, date | None]:
    """One business day, and those before and after it; None for what the ledger does not know and
    what has not begun, as a day has whose predecessor is closed."""
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    rows = {row.day: row for row in BusinessDay.objects.filter(day__range=(before, after))}
    if day not in rows:
        return None, None, None
    [found] = _told([rows[day]])
    has_begun = after in rows and (after <= today() or found.is_closed)
    return found, before if before in rows else None, after if has_begun else None


def _told(days: Iterable[BusinessDay]) -> list[CompanyDay]:
    live = _live_totals([row.day for row in days if not row.is_closed])
    return [_company_day(row, live.get(row.day, {})) for row in days]


def _live_totals(days: list[date]) -> dict[date, dict[str, int]]:
    """Sums of the cached balances: a few rows a day are added up, never the journal."""
    sums = [Sum("charged_cents"), Sum("earned_cents"), Sum("adjusted_cents"), Sum("paid_cents")]
    rows = Cycle.objects.filter(day__in=days).values("day_id").values_list("day_id", *sums)
    return {day: dict(zip(TOTALS, totals, strict=True)) for day, *totals in rows}


def _company_day(row: BusinessDay, live: dict[str, int]) -> CompanyDay:
    totals = {
        field: (getattr(row, field) if row.is_closed else live.get(field, 0)) or 0
        for field in TOTALS
    }
    return CompanyDay(day=row.day, status=row.status, digest=row.seal, **totals)


def current_cycle(account_id: UUID) -> Cycle | None:
    """Of today or, if that was closed early, of the day after; None while nothing has moved."""
    now = Cycle.objects.filter(account__public_id=account_id, day_id__gte=today())
    return now.order_by("-day").first()


def current_day(moved: "Sequence[Cycle] | QuerySet[Cycle]") -> date:
    """Of an account whose newest `days_of_account` these are: today, or the day after if that was
    closed early and something has moved since."""
    return max(today(), moved[0].day_id) if moved else today()


def days_of_account(account_id: UUID) -> "QuerySet[Cycle]":
    """The business days on which something moved for an account, newest first."""
    moved = ~Q(charged_cents=0) | ~Q(earned_cents=0) | ~Q(adjusted_cents=0) | ~Q(paid_cents=0)
    cycles = Cycle.objects.filter(moved, account__public_id=account_id)
    return cycles.annotate(date=F("day_id")).order_by("-day_id")


def why(entry: Entry) -> dict[str, Any]:
    """What led to an entry: task, price and person, as far as billing has been told."""
    return {
        "entry": entry,
        "task": Task.objects.filter(pk__in=known([entry.task_id])).first(),
        "price": Price.objects.filter(pk__in=known([entry.task_id])).first(),
        "person": Account.objects.filter(public_id__in=known([entry.actor])).first(),
        "payout": Payout.objects.filter(pk=entry.source_id).first(),
        "correction": correction_of(entry),
        "reversal": Entry.objects.filter(reverses=entry).first(),
    }


def known(ids: Iterable[UUID | None]) -> list[UUID]:
    return [found for found in ids if found]
