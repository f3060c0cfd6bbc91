"""Payouts and what became of their notices (B6)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.actor import ActorRequest
from access.decorators import roles
from access.limits import limited
from access.reauthentication import recently_authenticated
from billing_app import audit, payouts
from billing_app.exports import export
from billing_app.forms import PayoutsForm
from billing_app.models import Action, Payout
from billing_app.permissions import KEEPERS
from pages.forms import unprocessable
from pages.paging import keyset
from pages.totals import counted, totals


@require_safe
@roles(*KEEPERS)
def payout_list(request: ActorRequest) -> HttpResponse:
    form = PayoutsForm(request.GET)
    if not form.is_valid():
        return render(request, "billing/payouts.html", {"form": form}, status=422)
    page = keyset(request, form.rows().select_related("account"), by=["-made_at", "-id"])
    context = {"form": form, "page": page, "tabs": _tabs(form)}
    context["totals"] = totals(form.rows(), cents=Sum("amount_cents"))
    context["failed"] = form.of_any_state().filter(state=Payout.State.FAILED).count()
    return render(request, "billing/payouts.html", context)


@require_safe
@roles(*KEEPERS)
@limited("export", method="GET")
def payouts_export(request: ActorRequest) -> HttpResponseBase:
    form = PayoutsForm(request.GET)
    if not form.is_valid():
        return unprocessable(form)
    columns = ["payout_id", "day", "name", "amount_cents", "state", "attempts", "last_error"]
    fields = ["pk", "day", "account__name", *columns[3:]]
    rows = form.rows().order_by("-made_at", "-id").values_list(*fields).iterator()
    day = form.cleaned_data["day"]
    return export(request, "payouts", columns, rows, (day, day))


@require_POST
@roles(*KEEPERS)
@limited("replay")
@recently_authenticated
def retry(request: ActorRequest, payout_id: UUID) -> HttpResponse:
    """Send one failed notice again; the money has moved already."""
    payout = get_object_or_404(Payout, pk=payout_id)
    with transaction.atomic():
        retried = payouts.retry(payout)
        if retried:
            before = {"error": payout.last_error, "attempts": payout.attempts}
            audit.note(Action.RETRIED, f"payout/{payout.pk}", request.actor.id, before=before)
    if retried:
        messages.success(request, _("The notice will be sent again."))
    return _back(request)


@require_POST
@roles(*KEEPERS)
@limited("replay")
@recently_authenticated
def retry_all(request: ActorRequest) -> HttpResponse:
    """Send every failed notice again that the filter in the form lets through."""
    form = PayoutsForm(request.POST)
    if not form.is_valid():
        return unprocessable(form)
    failed = form.of_any_state().filter(state=Payout.State.FAILED)
    with transaction.atomic():
        count = sum(payouts.retry(payout) for payout in failed)
        if count:
            audit.note(Action.RETRIED, "payouts", request.actor.id, after={"notices": count})
    messages.success(request, _("%(count)s notices will be sent again.") % {"count": count})
    return _back(request)


def _back(request: ActorRequest) -> HttpResponse:
    """To the list as it was chosen."""
    return redirect(reverse("billing:payouts", query=request.GET))


def _tabs(form: PayoutsForm) -> list[dict[str, Any]]:
    """Every state with its number; the first tab is all of them."""
    every = form.of_any_state()
    names = {"": _("All")} | {state.value: state.label for state in Payout.State}
    counts = counted(every, *(every.filter(state=state) for state in Payout.State))
    return [
        {"state": state, "label": label, "count": count}
        for (state, label), count in zip(names.items(), counts, strict=True)
    ]
