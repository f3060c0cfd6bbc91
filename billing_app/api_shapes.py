"""What the calls of the ledger take and give."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.lists import Page, Paged
from api.shapes import Asked, Day, Given, Money, Shown, one_of
from billing_app.models import BusinessDay, Kind, Payout


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
    """`id` is what was booked: the assignment, completion, payout or correction; `number` is the
    entry's in the journal."""

    id: UUID
    number: int
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
    adjusted: Money
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
