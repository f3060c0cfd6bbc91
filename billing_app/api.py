"""The ledger over the API: twins of the views, with the same verbs and permissions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.conf import settings
from django.http import Http404
from ninja import Query
from pydantic import Field

from access.actor import ROLES, ActorRequest
from access.rights import Standing
from access.tokens import Claims
from api.bearer import JSON
from api.calls import Calls
from api.lists import Page, Paged, page_of
from api.problems import Problem, invalid, of_parameter
from api.shapes import Asked, Day, Given, Money, Shown, money, one_of
from billing_app import closing, reports
from billing_app.models import Account, BusinessDay, Cycle, Kind, Payout, Reconciliation
from billing_app.permissions import KEEPERS, can_see_account
from messaging.business_day import today


def standing_of(claims: Claims) -> Standing | None:
    row = Account.objects.filter(public_id=claims.subject).first()
    return Standing(row.role, row.is_active, row.name) if row and row.version else None


calls = Calls("billing", standing_of)


class AccountName(Shown):
    id: UUID
    name: str


class TaskName(Shown):
    id: UUID
    jira_id: str | None
    title: str


class Balance(Shown):
    """What one's account holds now, and what moved today."""

    balance: Money
    day: date
    charged: Money
    earned: Money


class EntryShown(Shown):
    id: int
    kind: Annotated[str, one_of(kind.name.lower() for kind in Kind)]
    amount: Money
    task: TaskName | None
    occurred_at: datetime
    booked_at: datetime
    description: str


class StatementShown(Shown):
    day: date
    account: AccountName
    opening: Money
    closing: Money
    entries: list[EntryShown]


class DayShown(Shown):
    day: date
    status: Annotated[str, one_of(BusinessDay.Status.values)]
    fees: Money
    rewards: Money
    earned: Money
    payouts: Money
    digest: str | None


class DayPage(Page[DayShown]):
    """A page of business days, newest first."""


class PayoutShown(Shown):
    id: UUID
    account: AccountName
    day: date
    amount: Money
    state: Annotated[str, one_of(Payout.State.values)]
    attempts: int
    last_error: str
    sent_at: datetime | None


class PayoutPage(Page[PayoutShown]):
    """A page of payouts, newest first."""


class Check(Shown):
    name: str
    description: str
    ok: bool
    difference: int = Field(description="how many contradictions were found")


class ReconciliationShown(Shown):
    """The newest run; `checked_at` is null before the first."""

    ok: bool
    checked_at: datetime | None
    checks: list[Check]


class AskedStatement(Asked):
    day: Day | None = Field(None, description="today without a choice")
    account: UUID | None = Field(None, description="one's own without a choice")


class AskedDays(Paged):
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None


class AskedPayouts(Paged):
    day: Day | None = None
    state: Literal["", "pending", "sending", "sent", "failed"] = ""


class Close(Given):
    early: bool = Field(False, description="close today already; in a demonstration only")


@calls.get("/billing/balance", roles=ROLES, gives=Balance)
def balance(request: ActorRequest) -> Balance:
    """One's own (B7)."""
    own = Cycle.objects.filter(account__public_id=request.actor.id, day_id=today()).first()
    return Balance(
        balance=money(reports.balance_cents(request.actor.id)),
        day=today(),
        charged=money(own.charged_cents if own else 0),
        earned=money(own.earned_cents if own else 0),
    )


@calls.get("/billing/statement", roles=ROLES, gives=StatementShown, fails=[404])
def statement(request: ActorRequest, asked: Query[AskedStatement]) -> StatementShown:
    """One account's business day with every entry (B1); others' for accountants and admins."""
    account_id, day = asked.account or request.actor.id, asked.day or today()
    if not can_see_account(request.actor, account_id):
        raise Http404
    found = reports.statement(account_id, day)
    if found.account is None and account_id != request.actor.id:
        raise Http404
    name = found.account.name if found.account else request.actor.name
    return StatementShown(
        day=day,
        account=AccountName(id=account_id, name=name),
        opening=money(found.opening_cents),
        closing=money(found.closing_cents),
        entries=[_entry(line) for line in found.lines],
    )


@calls.get("/billing/days", roles=KEEPERS, gives=DayPage, fails=[404])
def days(request: ActorRequest, asked: Query[AskedDays]) -> DayPage:
    """The company's days, newest first (B5)."""
    first, last = asked.from_, asked.to or today()
    if first and first > last:
        raise invalid([of_parameter("from", "The span begins after it ends.")])
    rows = BusinessDay.objects.filter(day__lte=min(last, today()))
    rows = rows.filter(day__gte=first) if first else rows
    found = page_of(request, rows, asked, by=["-day"])
    return DayPage(items=_days(found.rows), next=found.next)


@calls.get("/billing/days/{day:day}", roles=KEEPERS, gives=DayShown, fails=[404])
def day(request: ActorRequest, day: date) -> DayShown:
    return _day(_known(day))


@calls.post(
    "/billing/days/{day:day}/close",
    roles=KEEPERS,
    gives=DayShown,
    status=202,
    takes=JSON,
    fails=[404, 409],
    once=True,
    in_one=False,
)
def close_day(request: ActorRequest, day: date, how: Close | None = None) -> DayShown:
    """Pay out and seal a day that is over (B6); closing a closed day changes nothing."""
    early = bool(how and how.early and settings.DEMO)
    try:
        closing.close(day, by=request.actor.id, early=early)
    except closing.UnknownDay as error:
        raise Http404 from error
    except closing.NotOver as error:
        raise Problem("day-not-over") from error
    except closing.NotInOrder as error:
        raise Problem("earlier-days-open") from error
    except closing.Busy as error:
        raise Problem("busy", retry_after=1) from error
    return _day(_known(day))


@calls.get("/billing/payouts", roles=KEEPERS, gives=PayoutPage, fails=[404])
def payouts(request: ActorRequest, asked: Query[AskedPayouts]) -> PayoutPage:
    """Payouts and what became of their notices (B6)."""
    chosen = {"day": asked.day, "state": asked.state}
    rows = Payout.objects.filter(**{name: value for name, value in chosen.items() if value})
    found = page_of(request, rows.select_related("account"), asked, by=["-made_at", "-id"])
    return PayoutPage(items=[_payout(row) for row in found.rows], next=found.next)


@calls.get("/billing/reconciliation", roles=KEEPERS, gives=ReconciliationShown)
def reconciliation(request: ActorRequest) -> ReconciliationShown:
    """What the newest proof of the ledger found; looking runs none."""
    run = Reconciliation.objects.newest()
    if run is None:
        return ReconciliationShown(ok=False, checked_at=None, checks=[])
    checks = [
        Check(name=key, description=str(words), ok=count == 0, difference=count)
        for key, words, count in run.claims
    ]
    return ReconciliationShown(ok=run.ok, checked_at=run.checked_at, checks=checks)


def _known(day: date) -> reports.CompanyDay:
    found = reports.company_day(day)
    if found is None:
        raise Http404
    return found


def _entry(line: reports.Line) -> EntryShown:
    entry, task = line.entry, line.task
    shown = task and TaskName(id=task.public_id, jira_id=task.jira_id or None, title=task.title)
    return EntryShown(
        id=entry.pk,
        kind=entry.kind_name,
        amount=money(entry.amount_cents),
        task=shown or None,
        occurred_at=entry.occurred_at,
        booked_at=entry.posted_at,
        description=line.reason,
    )


def _days(rows: Sequence[BusinessDay]) -> list[DayShown]:
    if not rows:
        return []
    return [_day(found) for found in reports.company_days(rows[-1].day, rows[0].day)]


def _day(found: reports.CompanyDay) -> DayShown:
    return DayShown(
        day=found.day,
        status=found.status,
        fees=money(found.fees_cents),
        rewards=money(found.rewards_cents),
        earned=money(found.earned_cents),
        payouts=money(found.payouts_cents),
        digest=found.digest or None,
    )


def _payout(payout: Payout) -> PayoutShown:
    return PayoutShown(
        id=payout.pk,
        account=AccountName(id=payout.account.public_id, name=payout.account.name),
        day=payout.day,
        amount=money(payout.amount_cents),
        state=payout.state,
        attempts=payout.attempts,
        last_error=payout.last_error,
        sent_at=payout.sent_at,
    )
