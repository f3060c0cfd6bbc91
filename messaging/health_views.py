"""Health on a page: live figures, the broker, and pausing a consumer by hand."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access import people
from access.actor import ADMIN, Actor, ActorRequest
from access.decorators import roles
from messaging import broker, contracts, health, operating
from messaging.forms import PauseForm
from pages.live import live

NOBODY = UUID(int=0)


@require_safe
@roles(ADMIN)
def system_health(request: HttpRequest) -> HttpResponse:
    return _page(request, PauseForm())


@require_safe
@roles(ADMIN)
@live
def figures(request: HttpRequest) -> HttpResponse:
    return render(request, "events/_figures.html", _figures())


@require_safe
@roles(ADMIN)
@live
def broker_figures(request: HttpRequest) -> HttpResponse:
    return render(request, "events/_broker.html", {"broker": broker.look()})


@require_POST
@roles(ADMIN)
def pause(request: HttpRequest) -> HttpResponse:
    form = PauseForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    consumer, reason = form.cleaned_data["consumer"], form.cleaned_data["reason"]
    operating.pause_consumer(consumer, reason, _actor(request).id)
    messages.success(request, _("%s is paused.") % consumer)
    return redirect("events:health")


@require_POST
@roles(ADMIN)
def resume(request: HttpRequest, consumer: str) -> HttpResponse:
    if consumer not in contracts.consumers():
        raise Http404("no such consumer")
    if operating.resume_consumer(consumer, _actor(request).id):
        messages.success(request, _("%s goes on.") % consumer)
    return redirect("events:health")


def _page(request: HttpRequest, form: PauseForm, status: int = 200) -> HttpResponse:
    context = {**_figures(), "broker": broker.look(), "form": form}
    return render(request, "events/health.html", context, status=status)


def _figures() -> dict[str, Any]:
    found = health.now()
    return {
        "health": found,
        "paused": _paused(found),
        "last_hour": health.applied_last_hour(),
        "many": health.MANY,
        "relays": health.relays(),
        "workers": health.workers(),
    }


def _paused(found: health.Health) -> list[dict[str, Any]]:
    by = {consumer.name: consumer.state.paused_by for consumer in found.paused if consumer.state}
    names = people.names(by.values())
    return [
        {"consumer": consumer, "name": names.get(by.get(consumer.name) or NOBODY, "")}
        for consumer in found.paused
    ]


def _actor(request: HttpRequest) -> Actor:
    return cast("ActorRequest", request).actor
