"""The operators' audit log on a page: who did what, and why."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from access import people
from access.actor import ADMIN
from access.decorators import roles
from access.limits import limited
from messaging.forms import DeedFilter
from messaging.models import Deed
from pages.export import table_response
from pages.paging import keyset

COLUMNS = ("at", "who", "who_id", "deed", "thing", "letters", "reason", "details", "request_id")
PAGES = {"letter": "events:dead_letter", "run": "events:replay_run"}


@require_safe
@roles(ADMIN)
def deeds(request: HttpRequest) -> HttpResponse:
    form = DeedFilter(request.GET)
    if not form.is_valid():
        return render(request, "events/audit.html", {"form": form}, status=422)
    page = keyset(request, form.rows(), by=("-id",))
    context = {"form": form, "page": page, "rows": _rows(page.items)}
    return render(request, "events/audit.html", context)


@require_safe
@roles(ADMIN)
@limited("export", method="GET")
def deeds_export(request: HttpRequest) -> HttpResponseBase:
    form = DeedFilter(request.GET)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=422, content_type="text/plain")
    found = list(form.rows().order_by("-id"))
    names = people.names(deed.actor for deed in found)
    cells = (_cells(deed, names.get(deed.actor, "") if deed.actor else "") for deed in found)
    return table_response(request, "operators-audit", columns=COLUMNS, rows=cells)


def _rows(found: Iterable[Deed]) -> list[dict[str, Any]]:
    deeds = list(found)
    names = people.names(deed.actor for deed in deeds)
    return [
        {"deed": deed, "name": names.get(deed.actor) if deed.actor else "", "url": _address(deed)}
        for deed in deeds
    ]


def _cells(deed: Deed, name: str) -> tuple[Any, ...]:
    who = (name, deed.actor, deed.action, deed.thing, deed.count, deed.reason)
    return (deed.at, *who, str(deed.details), deed.request_id)


def _address(deed: Deed) -> str:
    """Of the page about what it was done to, if there is one."""
    kind, _slash, name = deed.thing.partition("/")
    if kind in PAGES:
        return reverse(PAGES[kind], args=[name])
    chosen = deed.details.get("chosen")
    return f"{reverse('events:dead_letters')}?{chosen}" if chosen else ""
