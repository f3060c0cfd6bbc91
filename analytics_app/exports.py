"""The tables of the pages as CSV files."""

from typing import Any

from django.http import StreamingHttpResponse
from django.utils.translation import gettext

from analytics_app import reports, team
from analytics_app.models import Account
from analytics_app.periods import Period
from messaging.business_day import business_zone
from pages.export import csv_response

DAY_COLUMNS = [
    "day",
    "fees_cents",
    "rewards_cents",
    "earned_cents",
    "assignments",
    "completions",
    "top_task_id",
    "top_jira_id",
    "top_title",
    "top_reward_cents",
    "top_completed_at",
    "top_completed_by",
    "top_tied",
]
MEMBER_COLUMNS = [
    "public_id",
    "name",
    "role",
    "is_active",
    "balance_cents",
    "completions",
    "worth_cents",
    "dearest_cents",
]
ACCOUNT_COLUMNS = ["public_id", "name", "role", "is_active", "balance_cents"]


def days_csv(period: Period) -> StreamingHttpResponse:
    zone = gettext("Business days in %(zone)s") % {"zone": business_zone().key}
    return csv_response(
        f"analytics-{period.first}-{period.last}.csv",
        columns=DAY_COLUMNS,
        rows=(_cells(line) for line in reports.lines(period)),
        notes=[str(period), zone],
    )


def in_the_red_csv() -> StreamingHttpResponse:
    debtors = Account.objects.in_the_red().order_by("balance_cents", "public_id")
    rows = debtors.values_list(*ACCOUNT_COLUMNS).iterator()
    return csv_response("in-the-red.csv", columns=ACCOUNT_COLUMNS, rows=rows)


def team_csv(period: Period, order: team.Order) -> StreamingHttpResponse:
    members = team.members(period, order)
    return csv_response(
        f"team-{period.first}-{period.last}.csv",
        columns=MEMBER_COLUMNS,
        rows=([getattr(member, column) for column in MEMBER_COLUMNS] for member in members),
        notes=[str(period)],
    )


def _cells(line: reports.DayLine) -> list[Any]:
    total = line.total
    cells = [
        total.day,
        total.fees_cents,
        total.rewards_cents,
        total.earned_cents,
        total.assignments,
        total.completions,
    ]
    return [*cells, *_top_cells(line.top)]


def _top_cells(top: reports.Top | None) -> list[Any]:
    if top is None:
        return [None] * 7
    at = top.completed_at.astimezone(business_zone()).isoformat(timespec="seconds")
    return [
        top.task_id,
        top.jira_id,
        top.title,
        top.reward_cents,
        at,
        top.completed_by,
        top.tied,
    ]
