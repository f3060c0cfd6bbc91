"""Corrections on pages: asked for on the page of an entry, decided in a list by somebody else."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.actor import Actor, ActorRequest
from access.decorators import roles
from access.reauthentication import recently_authenticated
from billing_app import correcting, reports
from billing_app.models import Correction, Entry
from billing_app.oversight_forms import CorrectionForm, CorrectionsForm
from billing_app.permissions import (
    KEEPERS,
    can_decide,
    can_request_correction,
    can_withdraw,
)
from pages.paging import keyset


@require_safe
@roles(*KEEPERS)
def corrections(request: ActorRequest) -> HttpResponse:
    form = CorrectionsForm(request.GET)
    if not form.is_valid():
        return render(request, "billing/corrections.html", {"form": form}, status=422)
    page = keyset(request, form.rows(), by=["rank", "-requested_at", "-id"])
    rows = [
        {
            "correction": row,
            "may_decide": can_decide(request.actor, row),
            "may_withdraw": can_withdraw(request.actor, row),
        }
        for row in page.items
    ]
    waiting = Correction.objects.waiting().count()
    context = {"form": form, "page": page, "rows": rows, "waiting": waiting}
    return render(request, "billing/corrections.html", context)


@require_POST
@roles(*KEEPERS)
@recently_authenticated
def correct(request: ActorRequest, entry_id: int) -> HttpResponse:
    """Ask for the reversal of an entry."""
    entry = get_object_or_404(Entry.objects.select_related("account"), pk=entry_id)
    if not can_request_correction(request.actor, entry):
        raise PermissionDenied
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        context = why(request.actor, entry, form)
        return render(request, "billing/entry.html", context, status=422)
    try:
        correcting.request(entry, form.cleaned_data["reason"], request.actor.id)
        messages.success(request, _("The correction waits for somebody else's approval."))
    except correcting.AlreadyCorrected:
        messages.error(request, _("This entry is corrected already, or somebody has asked for it."))
    return redirect("billing:entry", entry.pk)


@require_POST
@roles(*KEEPERS)
@recently_authenticated
def approve(request: ActorRequest, correction_id: UUID) -> HttpResponse:
    """Book the reversal that somebody else has asked for."""
    _settle(request, correction_id, can_decide, correcting.approve, _("The entry is reversed."))
    return redirect("billing:corrections")


@require_POST
@roles(*KEEPERS)
def reject(request: ActorRequest, correction_id: UUID) -> HttpResponse:
    """Leave the entry as it is."""
    done = _("The correction is rejected; the entry stays.")
    _settle(request, correction_id, can_decide, correcting.reject, done)
    return redirect("billing:corrections")


@require_POST
@roles(*KEEPERS)
def withdraw(request: ActorRequest, correction_id: UUID) -> HttpResponse:
    """Take back what one has asked for oneself."""
    done = _("You have withdrawn the correction; the entry stays.")
    correction = _settle(request, correction_id, can_withdraw, correcting.withdraw, done)
    if "stay" in request.POST:
        return redirect("billing:entry", correction.entry_id)
    return redirect("billing:corrections")


def why(actor: Actor, entry: Entry, form: CorrectionForm | None = None) -> dict[str, Any]:
    """What the entry's page shows, and what `actor` may do there."""
    about = reports.why(entry)
    correction = about["correction"]
    if correction and not (correction.stands or actor.has(*KEEPERS)):
        correction = None  # what came to nothing is the keepers' business
    return about | {
        "correction": correction,
        "may_correct": can_request_correction(actor, entry)
        and not (correction and correction.stands),
        "may_withdraw": correction and can_withdraw(actor, correction),
        "may_decide": correction and can_decide(actor, correction),
        "correction_form": form or CorrectionForm(),
    }


def _settle(
    request: ActorRequest,
    correction_id: UUID,
    may: Callable[[Actor, Correction], bool],
    settle: Callable[[Correction, UUID], Any],
    done: str,
) -> Correction:
    """Say `done`, or that somebody was faster."""
    found = Correction.objects.select_related("entry__account")
    correction = get_object_or_404(found, pk=correction_id)
    if correction.is_waiting and not may(request.actor, correction):
        raise PermissionDenied
    try:
        settle(correction, request.actor.id)
        messages.success(request, done)
    except correcting.AlreadyDecided:
        messages.info(request, _("Somebody has decided it already."))
    return correction
