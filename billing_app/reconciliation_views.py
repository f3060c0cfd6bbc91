"""Reconciliation on a page: what the newest run found, what the earlier ones did, and a button."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.actor import ActorRequest
from access.decorators import roles
from billing_app import reconciling
from billing_app.models import ControlTotal, Reconciliation
from billing_app.permissions import KEEPERS
from billing_app.reports import name_of
from pages.paging import keyset


@require_safe
@roles(*KEEPERS)
def reconciliation(request: ActorRequest) -> HttpResponse:
    """The newest run and the history; the ledger is proved by a worker, never by looking."""
    runs = Reconciliation.objects.annotate(asker=name_of("asked_by"))
    newest = Reconciliation.objects.newest()
    context = _found(newest) | {
        "page": keyset(request, runs, by=["-checked_at", "-id"], size=20),
        "awaited": reconciling.awaited(newest),
        "counted": ControlTotal.objects.order_by("-day").first(),
    }
    return render(request, "billing/reconciliation.html", context)


@require_safe
@roles(*KEEPERS)
def reconciliation_awaited(request: ActorRequest) -> HttpResponse:
    """Polled while a run is on its way; has the page loaded again when it is there."""
    awaited = reconciling.awaited(Reconciliation.objects.newest())
    response = render(request, "billing/_reconciliation_awaited.html", {"awaited": awaited})
    if not awaited:
        response["HX-Refresh"] = "true"
    return response


@require_safe
@roles(*KEEPERS)
def reconciliation_run(request: ActorRequest, run_id: int) -> HttpResponse:
    """What an earlier run found."""
    runs = Reconciliation.objects.annotate(asker=name_of("asked_by"))
    run = get_object_or_404(runs, pk=run_id)
    return render(request, "billing/reconciliation_run.html", _found(run))


@require_POST
@roles(*KEEPERS)
def reconcile(request: ActorRequest) -> HttpResponse:
    """Have the ledger proved now."""
    if not reconciling.awaited(Reconciliation.objects.newest()):
        reconciling.ask(request.actor.id)
    messages.info(request, _("The ledger is being checked."))
    return redirect("billing:reconciliation")


def _found(run: Reconciliation | None) -> dict[str, Any]:
    """A run with the differences of each claim."""
    if run is None:
        return {"run": None}
    differences = list(run.differences.select_related("account").order_by("id"))
    claims = [
        {
            "name": name,
            "count": count,
            "ok": count == 0,
            "found": [row for row in differences if row.claim == key],
        }
        for key, name, count in run.claims
    ]
    return {"run": run, "claims": claims}
