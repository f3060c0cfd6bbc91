"""What management looks at, over the API. Admins only."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Query
from pydantic import Field

from access.actor import ADMIN, ActorRequest
from access.rights import Standing
from access.tokens import Claims
from analytics_app import reports
from analytics_app.models import Account
from analytics_app.periods import Kind, Period
from api.calls import Calls
from api.problems import invalid, of_parameter
from api.shapes import Asked, Day, Money, Shown, money
from messaging.business_day import today


def standing_of(claims: Claims) -> Standing | None:
    """None until the event about them has come: nothing beyond a worker's rights till then."""
    row = Account.objects.filter(pk=claims.subject).first()
    return Standing(row.role, row.is_active, row.name, row.version) if row and row.version else None


calls = Calls("analytics", standing_of)


class Summary(Shown):
    day: date
    earned: Money
    in_the_red: int


class TopTask(Shown):
    id: UUID
    jira_id: str | None
    title: str


class TopShown(Shown):
    """Of several with this reward the one completed first; `tied` counts them."""

    task: TopTask
    reward: Money
    completed_at: datetime
    tied: int


class TopOfDay(Shown):
    day: date
    task: TopTask
    reward: Money


class MostExpensive(Shown):
    """`top` of the whole span, null if nothing was completed; `days` with a completed task."""

    from_: date = Field(serialization_alias="from")
    to: date
    top: TopShown | None
    days: list[TopOfDay]


class AskedDay(Asked):
    day: Day | None = Field(None, description="today without a choice")


class AskedSpan(Asked):
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None


@calls.get("/analytics/summary", roles=(ADMIN,), gives=Summary)
def summary(request: ActorRequest, asked: Query[AskedDay]) -> Summary:
    """What management earned on a day, and how many are in the red now (A1)."""
    day = asked.day or today()
    figures = reports.figures(Period.around(Kind.DAY, day))
    earned = money(figures.earned_cents)
    return Summary(day=day, earned=earned, in_the_red=figures.in_the_red)


@calls.get("/analytics/most-expensive", roles=(ADMIN,), gives=MostExpensive)
def most_expensive(request: ActorRequest, asked: Query[AskedSpan]) -> MostExpensive:
    """The most expensive completed task of each day and of the whole span (A2); today's without a
    choice."""
    first = asked.from_ or asked.to or today()
    last = asked.to or max(first, today())
    if first > last:
        raise invalid([of_parameter("from", "The span begins after it ends.")])
    tops = reports.tops_by_day(Period(Kind.SPAN, first, last))
    best = reports.most_expensive(tops)
    days = [TopOfDay(day=top.day, task=_task(top), reward=money(top.reward_cents)) for top in tops]
    return MostExpensive(from_=first, to=last, top=_top(best) if best else None, days=days)


def _top(top: reports.Top) -> TopShown:
    return TopShown(
        task=_task(top),
        reward=money(top.reward_cents),
        completed_at=top.completed_at,
        tied=top.tied,
    )


def _task(top: reports.Top) -> TopTask:
    return TopTask(id=top.task_id, jira_id=top.jira_id or None, title=top.title)
