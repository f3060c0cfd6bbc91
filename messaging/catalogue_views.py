"""The catalogue of events: what each says, who tells and hears it, and what is under way.

For admins, like everything under /events/: it shows what moves and what got stuck. Developers have
the same without figures in `docs/`.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from access.actor import ADMIN
from access.decorators import roles
from messaging import contracts, versions_in_use
from messaging.catalogue import asyncapi
from messaging.catalogue.entries import entries, entry
from messaging.catalogue.figures import totals
from messaging.catalogue.graph import graph
from messaging.versions_in_use import versions_of
from pages.live import live


@require_safe
@roles(ADMIN)
def catalogue(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = entries(words)
    counted = totals(versions_in_use.all_versions())
    rows = [{"event": event, "figures": counted[event.name]} for event in found]
    shown = {"words": words, "rows": rows, "graph": graph(found)}
    return render(request, "events/catalogue.html", shown)


@require_safe
@roles(ADMIN)
def catalogue_event(request: HttpRequest, name: str) -> HttpResponse:
    shown = {"event": entry(_known(name))} | _figures(name)
    return render(request, "events/catalogue_event.html", shown)


@require_safe
@roles(ADMIN)
@live
def catalogue_figures(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "events/_catalogue_figures.html", _figures(_known(name)))


@require_safe
@roles(ADMIN)
def asyncapi_document(request: HttpRequest) -> JsonResponse:
    return JsonResponse(asyncapi.document(), json_dumps_params={"indent": 2, "ensure_ascii": False})


def _figures(name: str) -> dict[str, Any]:
    return {"name": name, "versions": list(reversed(versions_of(name)))}


def _known(name: str) -> str:
    if name not in contracts.registry():
        raise Http404(f"no event is called {name}")
    return name
