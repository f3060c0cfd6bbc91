"""What management looks at: earnings, debts, the most expensive tasks. Admins only."""

from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from access.actor import ADMIN
from access.decorators import roles
from access.limits import limited
from analytics_app import exports, reports, team
from analytics_app.bars import bars, shadows, team_bars
from analytics_app.forms import PeriodForm, TeamForm
from analytics_app.models import Account
from messaging.rebuilding import running
from pages.live import live
from pages.paging import keyset


@require_safe
@roles(ADMIN)
def summary(request: HttpRequest) -> HttpResponse:
    form = PeriodForm(request.GET)
    period = form.chosen()
    lines = reports.lines(period)
    context = _about(form) | {
        "keep": "&compare=before" if form.compares else "",
        "address": "analytics:summary",
        "figures": reports.figures(period),
        "lines": lines,
        "bars": bars(lines),
        "compares": form.compares,
        "shadows": shadows(lines) if form.compares else (),
        "dearest": reports.dearest(period),
    }
    return render(request, "analytics/summary.html", context, status=_status(form))


@require_safe
@roles(ADMIN)
@live
def figures(request: HttpRequest) -> HttpResponse:
    """The tiles of `summary`, which polls them."""
    form = PeriodForm(request.GET)
    period = form.chosen()
    context = {
        "period": period,
        "figures": reports.figures(period),
        "compares": form.compares,
    }
    return render(request, "analytics/_figures.html", context, status=_status(form))


@require_safe
@roles(ADMIN)
@live
def rebuilding(request: HttpRequest) -> HttpResponse:
    """That the figures are not whole yet; nothing once they are."""
    return render(request, "analytics/_rebuilding.html", {"rebuild": running("analytics")})


@require_safe
@roles(ADMIN)
@limited("export", method="GET")
def export(request: HttpRequest) -> HttpResponseBase:
    """The days of `summary` as CSV."""
    form = PeriodForm(request.GET)
    if not form.is_valid():
        return summary(request)
    return exports.days_csv(form.chosen())


@require_safe
@roles(ADMIN)
def team_overview(request: HttpRequest) -> HttpResponse:
    """Everybody who gets tasks, side by side."""
    form = TeamForm(request.GET)
    period = form.chosen()
    members = team.members(period, form.order, team.SHOWN)
    context = _about(form) | {
        "keep": f"&sort={form.order}",
        "address": "analytics:team",
        "order": form.order,
        "orders": team.Order,
        "members": members,
        "bars": team_bars(members),
        "size": team.size(period),
    }
    return render(request, "analytics/team.html", context, status=_status(form))


@require_safe
@roles(ADMIN)
@limited("export", method="GET")
def export_team(request: HttpRequest) -> HttpResponseBase:
    """Everybody of `team_overview` as CSV, in the same order."""
    form = TeamForm(request.GET)
    if not form.is_valid():
        return team_overview(request)
    return exports.team_csv(form.chosen(), form.order)


@require_safe
@roles(ADMIN)
def in_the_red(request: HttpRequest) -> HttpResponse:
    debtors = Account.objects.in_the_red()
    context = {
        "page": keyset(request, debtors, by=("balance_cents", "public_id")),
        "count": debtors.count(),
        "debt_cents": debtors.aggregate(sum=Sum("balance_cents", default=0))["sum"],
        "rebuild": running("analytics"),
    }
    return render(request, "analytics/in_the_red.html", context)


@require_safe
@roles(ADMIN)
@limited("export", method="GET")
def export_in_the_red(request: HttpRequest) -> HttpResponseBase:
    return exports.in_the_red_csv()


def _about(form: PeriodForm) -> dict[str, Any]:
    """What the head of a page about a period shows, and whether its figures are whole."""
    period = form.chosen()
    return {
        "form": PeriodForm.showing(period) if form.is_valid() else form,
        "period": period,
        "rebuild": running("analytics"),
    }


def _status(form: PeriodForm) -> int:
    return 422 if form.errors else 200
