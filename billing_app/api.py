"""The ledger over the API: twins of the views, with the same verbs and permissions."""

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.http import Http404
from ninja import Query

from access.actor import ROLES, ActorRequest
from access.rights import Standing
from access.tokens import Claims
from api.bearer import JSON
from api.calls import Calls
from api.lists import page_of
from api.problems import Problem, invalid, of_parameter
from api.shapes import money
from billing_app import closing, jobs, reports
from billing_app.api_shapes import (
    AccountName,
    AskedDays,
    AskedPayouts,
    AskedStatement,
    Balance,
    Check,
    Close,
    DayPage,
    DayShown,
    EntryShown,
    PayoutPage,
    PayoutShown,
    ReconciliationShown,
    StatementShown,
    TaskName,
)
from billing_app.models import Account, BusinessDay, Payout, Reconciliation
from billing_app.permissions import KEEPERS, can_see_account
from billing_app.refusing import Refused
from messaging.business_day import today


def standing_of(claims: Claims) -> Standing | None:
    """None until the event about them has come: nothing beyond a worker's rights till then."""
    row = Account.objects.filter(public_id=claims.subject).first()
    return Standing(row.role, row.is_active, row.name, row.version) if row and row.version else None


calls = Calls("billing", standing_of)


@calls.get("/billing/balance", roles=ROLES, gives=Balance)
def balance(request: ActorRequest) -> Balance:
    """One's own (B7), and what moved today or, if that was closed early, in the day after."""
    own = reports.current_cycle(request.actor.id)
    return Balance(
        balance=money(reports.balance_cents(request.actor.id)),
        day=own.day_id if own else today(),
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
    """A business day: sums so far while it is open, frozen once it is closed. 404 for a day that
    the ledger's calendar does not have."""
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
    """Pay out and seal a day that is over (B6); closing a closed day changes nothing. A day of many
    accounts is `closing` when this answers, and a worker does the rest: look at it again."""
    early = bool(how and how.early and settings.DEMO)
    try:
        jobs.close(day, by=request.actor.id, early=early)
    except closing.UnknownDay as error:
        raise Http404 from error
    except closing.NotOver as error:
        raise Problem("day-not-over") from error
    except closing.NotInOrder as error:
        raise Problem("earlier-days-open") from error
    except closing.Busy as error:
        raise Problem("busy", retry_after=1) from error
    except Refused as error:
        raise Problem("ledger-refuses") from error
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
        id=entry.source_id,
        number=entry.pk,
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
        adjusted=money(found.adjusted_cents),
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
