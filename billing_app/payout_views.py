"""Payouts and what became of their notices (B6)."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.actor import ActorRequest
from access.decorators import roles
from billing_app import payouts
from billing_app.exports import notes
from billing_app.forms import PayoutsForm
from billing_app.models import Payout
from billing_app.permissions import KEEPERS
from pages.export import csv_response
from pages.paging import keyset

Answer = HttpResponse


@require_safe
@roles(*KEEPERS)
def payout_list(request: ActorRequest) -> Answer:
    """Payouts and what became of their notices (B6)."""
    form = PayoutsForm(request.GET)
    page = keyset(request, _payouts(form).select_related("account"), by=["-made_at", "-id"])
    context = {"form": form, "page": page, "failed": _failed().count()}
    return render(request, "billing/payouts.html", context, status=200 if form.is_valid() else 422)


@require_safe
@roles(*KEEPERS)
def payouts_export(request: ActorRequest) -> HttpResponseBase:
    found = _payouts(PayoutsForm(request.GET)).select_related("account").order_by("-made_at", "-id")
    return csv_response(
        "payouts.csv",
        columns=["payout_id", "day", "name", "amount_cents", "state", "attempts", "last_error"],
        rows=(
            (
                row.pk,
                row.day,
                row.account.name,
                row.amount_cents,
                row.state,
                row.attempts,
                row.last_error,
            )
            for row in found.iterator()
        ),
        notes=notes(_("Business days in %(zone)s")),
    )


@require_POST
@roles(*KEEPERS)
def retry(request: ActorRequest, payout_id: UUID) -> Answer:
    """Send one failed notice again; the money has moved already."""
    payout = get_object_or_404(Payout, pk=payout_id)
    if payouts.retry(payout):
        messages.success(request, _("The notice will be sent again."))
    return redirect("billing:payouts")


@require_POST
@roles(*KEEPERS)
def retry_all(request: ActorRequest) -> Answer:
    """Send every failed notice again."""
    count = sum(payouts.retry(payout) for payout in _failed())
    messages.success(request, _("%(count)s notices will be sent again.") % {"count": count})
    return redirect("billing:payouts")


def _payouts(form: PayoutsForm) -> QuerySet[Payout]:
    if not form.is_valid():
        return Payout.objects.all()
    chosen = {key: value for key, value in form.cleaned_data.items() if value}
    return Payout.objects.filter(**chosen)


def _failed() -> QuerySet[Payout]:
    return Payout.objects.filter(state=Payout.State.FAILED)
