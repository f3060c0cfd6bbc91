"""Dead letters: seen, replayed, or discarded with a reason; one, or all that the filter shows."""

import json
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from kombu.exceptions import OperationalError as BrokerError

from access.actor import ADMIN, Actor, ActorRequest
from access.decorators import roles
from access.limits import limited
from access.reauthentication import recently_authenticated
from messaging import dead_letters
from messaging.forms import DeadLetterFilter, DiscardForm
from messaging.models import DeadLetter, DeadLetters
from messaging.permissions import can_discard, can_replay
from messaging.replay_requests import request_replay
from pages.live import live
from pages.paging import keyset

GROUPS = 20


@require_safe
@roles(ADMIN)
def index(request: HttpRequest) -> HttpResponse:
    return _index(request, DiscardForm())


def _index(request: HttpRequest, discard_form: DiscardForm, status: int = 200) -> HttpResponse:
    form = DeadLetterFilter(request.GET)
    rows = _chosen(form)
    context = {
        "form": form,
        "discard_form": discard_form,
        "groups": _groups(rows),
        "parked": rows.parked().count(),
        "page": keyset(request, rows, by=("-id",)),
    }
    return render(request, "events/dead_letters.html", context, status=status)


def _chosen(form: DeadLetterFilter) -> DeadLetters:
    """What the filters of the URL leave; one that makes no sense leaves nothing."""
    if not form.is_valid():
        return DeadLetter.objects.none()
    asked = form.cleaned_data
    rows = DeadLetter.objects.matching(asked["consumer"], asked["name"], asked["error"])
    if asked["state"] == "all":
        return rows
    return rows.filter(state=asked["state"] or DeadLetter.State.PARKED)


def _groups(rows: DeadLetters) -> list[Any]:
    grouped = rows.order_by().values("consumer", "event_name", "error_kind")
    counted = grouped.annotate(count=Count("id"), first=Min("parked_at"), last=Max("parked_at"))
    return list(counted.order_by("-count", "consumer")[:GROUPS])


@require_safe
@roles(ADMIN)
def dead_letter(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _page(request, get_object_or_404(DeadLetter, public_id=public_id), DiscardForm())


@require_safe
@roles(ADMIN)
@live
def state(request: HttpRequest, public_id: UUID) -> HttpResponse:
    letter = get_object_or_404(DeadLetter, public_id=public_id)
    response = render(request, "events/_dead_letter_state.html", {"letter": letter})
    if not letter.is_parked:
        response["HX-Refresh"] = "true"  # the page's buttons are out of date too
    return response


def _page(
    request: HttpRequest, letter: DeadLetter, form: DiscardForm, status: int = 200
) -> HttpResponse:
    actor = _actor(request)
    context = {
        "letter": letter,
        "form": form,
        "envelope": json.dumps(letter.envelope, indent=2, ensure_ascii=False),
        "can_replay": can_replay(actor, letter),
        "can_discard": can_discard(actor, letter),
    }
    return render(request, "events/dead_letter.html", context, status=status)


@require_POST
@roles(ADMIN)
@limited("replay")
def replay(request: HttpRequest, public_id: UUID) -> HttpResponse:
    letter = get_object_or_404(DeadLetter, public_id=public_id)
    if can_replay(_actor(request), letter):
        _request_replay(request, DeadLetter.objects.filter(pk=letter.pk))
    return redirect("events:dead_letter", public_id)


@require_POST
@roles(ADMIN)
def discard(request: HttpRequest, public_id: UUID) -> HttpResponse:
    letter = get_object_or_404(DeadLetter, public_id=public_id)
    form = DiscardForm(request.POST)
    if not form.is_valid():
        return _page(request, letter, form, status=422)
    if can_discard(_actor(request), letter):
        dead_letters.discard(letter.pk, form.cleaned_data["reason"], _actor(request).id)
    return redirect("events:dead_letter", public_id)


@require_POST
@roles(ADMIN)
@limited("replay")
@recently_authenticated
def replay_all(request: HttpRequest) -> HttpResponse:
    _request_replay(request, _chosen(DeadLetterFilter(request.GET)))
    return _back_to_list(request)


@require_POST
@roles(ADMIN)
@recently_authenticated
def discard_all(request: HttpRequest) -> HttpResponse:
    form = DiscardForm(request.POST)
    if not form.is_valid():
        return _index(request, form, status=422)
    rows = _chosen(DeadLetterFilter(request.GET))
    count = dead_letters.discard_all(rows, form.cleaned_data["reason"], _actor(request).id)
    text = ngettext("%(count)s letter discarded.", "%(count)s letters discarded.", count)
    messages.success(request, text % {"count": count})
    return _back_to_list(request)


def _request_replay(request: HttpRequest, letters: DeadLetters) -> None:
    try:
        count = request_replay(letters, _actor(request).id)
    except BrokerError:
        messages.error(request, _("The broker can't be reached; nothing is lost, try again."))
        return
    text = ngettext("%(count)s letter is replayed.", "%(count)s letters are replayed.", count)
    messages.success(request, text % {"count": count})


def _back_to_list(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('events:dead_letters')}?{request.GET.urlencode()}")


def _actor(request: HttpRequest) -> Actor:
    return cast("ActorRequest", request).actor
