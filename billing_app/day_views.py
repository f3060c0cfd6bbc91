"""The company's business days: the board, one day, its close."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.actor import ActorRequest
from access.decorators import roles
from billing_app import closing, reports
from billing_app.exports import notes
from billing_app.forms import CloseForm, SpanForm, person
from billing_app.models import Cycle
from billing_app.permissions import KEEPERS
from messaging.business_day import today
from pages import formats
from pages.export import csv_response
from pages.live import live
from pages.paging import keyset

Answer = HttpResponse


@require_safe
@roles(*KEEPERS)
def days(request: ActorRequest) -> Answer:
    """The board of business days (B5)."""
    form = SpanForm(SpanForm.defaults() | request.GET.dict())
    context = _days(form) | {"form": form, "today": reports.company_day(today())}
    return render(request, "billing/days.html", context, status=200 if form.is_valid() else 422)


@require_safe
@roles(*KEEPERS)
@live
def days_board(request: ActorRequest) -> Answer:
    """The live part of the board."""
    form = SpanForm(request.GET)
    return render(
        request, "billing/_days.html", _days(form) | {"today": reports.company_day(today())}
    )


@require_safe
@roles(*KEEPERS)
def days_export(request: ActorRequest) -> HttpResponseBase:
    found = _days(SpanForm(request.GET))["company_days"]
    fields = ["day", "status", "fees_cents", "rewards_cents", "earned_cents", "payouts_cents"]
    return csv_response(
        "days.csv",
        columns=[*fields, "digest"],
        rows=[[getattr(row, field) for field in [*fields, "digest"]] for row in found],
        notes=notes(_("Business days in %(zone)s")),
    )


@require_safe
@roles(*KEEPERS)
def day(request: ActorRequest, day: date) -> Answer:
    """One business day: its totals, and every account that moved."""
    found = reports.company_day(day)
    if found is None:
        raise Http404
    cycles = Cycle.objects.filter(day_id=day).select_related("account")
    words = request.GET.get("q", "")[:150]
    page = keyset(request, cycles.filter(person("account__", words)), by=["account_id"])
    context = {"company_day": found, "page": page, "q": words, "may_close": _may_close(found)}
    return render(request, "billing/day.html", context)


@require_POST
@roles(*KEEPERS)
def close(request: ActorRequest, day: date) -> Answer:
    """Pay out and seal a day that is over (B6); in a demonstration, today too."""
    form = CloseForm(request.POST)
    early = form.is_valid() and form.cleaned_data["early"] and settings.DEMO
    try:
        sealed = closing.close(day, by=request.actor.id, early=early)
    except closing.UnknownDay as error:
        raise Http404 from error
    except closing.NotOver:
        return _refuse_close(request, day, _("This day is not over yet."))
    except closing.NotInOrder:
        return _refuse_close(request, day, _("Close the earlier days first."))
    messages.success(request, _("The day is closed."))
    return redirect("billing:day", day=sealed.day)


def _refuse_close(request: ActorRequest, day: date, reason: str) -> Answer:
    found = reports.company_day(day)
    if found is None:
        raise Http404
    context = {"company_day": found, "error": reason, "may_close": _may_close(found)}
    context["page"] = keyset(request, Cycle.objects.filter(day_id=day), by=["account_id"])
    return render(request, "billing/day.html", context, status=409)


def _may_close(found: reports.CompanyDay) -> bool:
    return not found.is_closed and (found.day < today() or settings.DEMO)


def _days(form: SpanForm) -> dict[str, Any]:
    if not form.is_valid():
        form_of_now = SpanForm({})
        form_of_now.is_valid()
        return _days(form_of_now)
    first, last = form.cleaned_data["from_"], form.cleaned_data["to"]
    found = reports.company_days(first, last)
    bars = [
        (formats.short_day(row.day), row.earned_cents, reverse("billing:day", args=[row.day]))
        for row in reversed(found)
    ]
    return {"company_days": found, "bars": bars}
