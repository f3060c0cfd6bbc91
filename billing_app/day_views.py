"""The company's business days: the board, one day, its close."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.actor import ActorRequest
from access.decorators import roles
from access.limits import limited
from billing_app import board, closing, jobs, reports
from billing_app.exports import export
from billing_app.forms import BoardForm, CloseForm, DayAccountsForm
from billing_app.models import BusinessDay, Cycle
from billing_app.permissions import KEEPERS
from billing_app.refusing import Refused
from messaging.business_day import today
from pages import formats
from pages.forms import unprocessable
from pages.live import live
from pages.paging import keyset
from pages.totals import totals as totals_of

MOVED = ("opening_cents", "charged_cents", "earned_cents", "adjusted_cents", "paid_cents")


@require_safe
@roles(*KEEPERS)
def days(request: ActorRequest) -> HttpResponse:
    """The board of business days (B5)."""
    form = BoardForm(BoardForm.defaults() | request.GET.dict())
    context = {"form": form, "presets": board.presets()}
    context |= _board(form) if form.is_valid() else {}
    return render(request, "billing/days.html", context, status=200 if form.is_valid() else 422)


@require_safe
@roles(*KEEPERS)
@live
def days_board(request: ActorRequest) -> HttpResponse:
    """The live part of the board."""
    return render(request, "billing/_days.html", _board(BoardForm(request.GET)))


@require_safe
@roles(*KEEPERS)
@limited("export", method="GET")
def days_export(request: ActorRequest) -> HttpResponseBase:
    form = BoardForm(request.GET)
    if not form.is_valid():
        return unprocessable(form)
    columns = ["day", "status", "fees_cents", "rewards_cents", "earned_cents", "payouts_cents"]
    columns.append("digest")
    rows = [[getattr(row.day, column) for column in columns] for row in board.rows(*form.shown())]
    return export(request, "days", columns, rows, form.span())


@require_safe
@roles(*KEEPERS)
def day(request: ActorRequest, day: date) -> HttpResponse:
    """One business day: its totals, and every account that moved."""
    return _day_page(request, day)


@require_safe
@roles(*KEEPERS)
@limited("export", method="GET")
def day_export(request: ActorRequest, day: date) -> HttpResponseBase:
    form = DayAccountsForm(request.GET)
    if reports.company_day(day) is None:
        raise Http404
    if not form.is_valid():
        return unprocessable(form)
    columns = ["account_id", "name", *MOVED, "closing_cents"]
    cycles = form.rows(Cycle.objects.filter(day_id=day)).order_by(*form.order())
    rows = cycles.values_list("account__public_id", *columns[1:]).iterator()
    return export(request, "accounts", columns, rows, (day, day))


@require_POST
@roles(*KEEPERS)
def close(request: ActorRequest, day: date) -> HttpResponse:
    """Pay out and seal a day that is over (B6); in a demonstration, today too."""
    form = CloseForm(request.POST)
    early = form.is_valid() and form.cleaned_data["early"] and settings.DEMO
    try:
        begun = jobs.close(day, by=request.actor.id, early=early)
    except closing.UnknownDay as error:
        raise Http404 from error
    except closing.NotOver:
        return _day_page(request, day, refusal=_("This day is not over yet."))
    except closing.NotInOrder:
        return _day_page(request, day, refusal=_("Close the earlier days first."))
    except closing.Busy:
        return _day_page(request, day, refusal=_("Postings are under way: try again in a moment."))
    except Refused:  # the page says why
        return redirect("billing:day", day=day)
    if begun.is_closed:
        messages.success(request, _("The day is closed."))
    return redirect("billing:day", day=day)


@require_safe
@roles(*KEEPERS)
@live
def closing_progress(request: ActorRequest, day: date) -> HttpResponse:
    """Polled while a day is closing; has the page loaded again when it is closed."""
    found = get_object_or_404(BusinessDay, pk=day)
    response = render(request, "billing/_closing.html", _closing(found.day, found.status))
    if not found.is_closing:
        response["HX-Refresh"] = "true"
    return response


def _day_page(request: ActorRequest, day: date, refusal: str = "") -> HttpResponse:
    found, before, after = reports.company_day_among(day)
    if found is None:
        raise Http404
    form = DayAccountsForm(request.GET)
    context = {"company_day": found, "form": form, "error": refusal, "may_close": _may_close(found)}
    context["is_early"] = found.day >= today()
    context |= {"before": before, "after": after}
    context |= _closing(found.day, found.status)
    if form.is_valid():
        cycles = form.rows(Cycle.objects.filter(day_id=day))
        context["page"] = keyset(request, cycles.select_related("account"), by=form.order())
        context["totals"] = _totals(cycles)
    return render(request, "billing/day.html", context, status=_status(form.is_valid(), refusal))


def _status(valid: bool, refusal: str) -> int:
    if refusal:
        return 409
    return 200 if valid else 422


def _totals(cycles: "QuerySet[Cycle, Any]") -> dict[str, int]:
    """Of every account that the filter lets through, not of the page; of very many the page has the
    day's own totals only."""
    fields = [*MOVED, "closing_cents"]
    sums = totals_of(cycles, **{f"all_{field}": Sum(field) for field in fields})
    if "many" in sums:
        return sums
    totals = {field.removeprefix("all_"): cents or 0 for field, cents in sums.items()}
    gone = {"charges_cents": -totals["charged_cents"], "payouts_cents": -totals["paid_cents"]}
    return totals | gone


def _may_close(found: reports.CompanyDay) -> bool:
    is_over = found.day < today() or (settings.DEMO and found.day == today())
    return found.status == BusinessDay.Status.OPEN and is_over


def _closing(day: date, status: str) -> dict[str, Any]:
    """How far a closing day is; nothing about any other."""
    if status != BusinessDay.Status.CLOSING:
        return {}
    return {"day": day, "closing": closing.progress(day)}


def _board(form: BoardForm) -> dict[str, Any]:
    if not form.is_valid():
        form = BoardForm({})
        form.is_valid()
    shown = board.rows(*form.shown(), compare=form.cleaned_data["compare"])
    bars = [
        (
            formats.short_day(row.day.day),
            row.day.earned_cents,
            reverse("billing:day", args=[row.day.day]),
        )
        for row in reversed(shown)
    ]
    now = next((row.day for row in shown if row.day.day == today()), None)
    return {
        "rows": shown,
        "bars": bars,
        "totals": board.totals(shown),
        "span": form.span(),
        "compare": form.cleaned_data["compare"],
        "today": now or reports.company_day(today()),
        "light": board.light(),
    }
