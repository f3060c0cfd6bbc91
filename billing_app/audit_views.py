"""The audit log on a page: who did what to which thing."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from access.actor import ActorRequest
from access.decorators import roles
from billing_app.oversight_forms import AuditForm
from billing_app.permissions import KEEPERS
from pages.paging import keyset

PAGES = {"entry": "billing:entry", "day": "billing:day"}


@require_safe
@roles(*KEEPERS)
def audit_log(request: ActorRequest) -> HttpResponse:
    form = AuditForm(request.GET)
    if not form.is_valid():
        return render(request, "billing/audit.html", {"form": form}, status=422)
    page = keyset(request, form.rows(), by=["-id"])
    rows = [{"record": row, "address": _address(row.object)} for row in page.items]
    return render(request, "billing/audit.html", {"form": form, "page": page, "rows": rows})


def _address(thing: str) -> str:
    """Of the page about it, if there is one."""
    kind, _slash, name = thing.partition("/")
    try:
        return reverse(PAGES[kind], args=[name]) if kind in PAGES else ""
    except NoReverseMatch:
        return ""
