"""One dead letter: all that is known of it, and what can be done with it."""

import json
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access import people
from access.actor import ADMIN, Actor, ActorRequest
from access.decorators import roles
from access.limits import limited
from messaging import contracts, event_log, letters, operating
from messaging.forms import ReasonForm
from messaging.holdings import held_by
from messaging.idempotency import idempotency_key
from messaging.models import DeadLetter, OutboxEvent
from messaging.permissions import can_discard, can_replay, can_restore
from messaging.things import pages_about
from pages import formats, undoing
from pages.live import live

NOBODY = UUID(int=0)


@require_safe
@roles(ADMIN)
def dead_letter(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _page(request, get_object_or_404(DeadLetter, public_id=public_id), ReasonForm())


@require_safe
@roles(ADMIN)
@live
def state(request: HttpRequest, public_id: UUID) -> HttpResponse:
    letter = get_object_or_404(DeadLetter, public_id=public_id)
    response = render(request, "events/_dead_letter_state.html", _state(letter))
    seen = request.GET.get("seen", letter.replays)
    if not letter.is_parked or str(letter.replays) != str(seen):
        response["HX-Refresh"] = "true"  # the page's buttons and attempts are out of date too
    return response


@require_safe
@roles(ADMIN)
@live
def dry_run(request: HttpRequest, public_id: UUID) -> HttpResponse:
    letter = get_object_or_404(DeadLetter, public_id=public_id)
    return render(request, "events/_dry_run.html", _dry_run(letter))


@require_POST
@roles(ADMIN)
@limited("replay")
def replay(request: HttpRequest, public_id: UUID) -> HttpResponse:
    letter, actor = get_object_or_404(DeadLetter, public_id=public_id), _actor(request)
    if can_replay(actor, letter):
        one = DeadLetter.objects.filter(pk=letter.pk)
        operating.replay(one, actor.id, key=idempotency_key(request, actor))
        messages.info(request, _("The letter is being replayed."))
    return redirect("events:dead_letter", public_id)


@require_POST
@roles(ADMIN)
@limited("replay")
def try_without_effect(request: HttpRequest, public_id: UUID) -> HttpResponse:
    letter = get_object_or_404(DeadLetter, public_id=public_id)
    operating.try_without_effect(letter, _actor(request).id)
    return redirect("events:dead_letter", public_id)


@require_POST
@roles(ADMIN)
def discard(request: HttpRequest, public_id: UUID) -> HttpResponse:
    letter, actor = get_object_or_404(DeadLetter, public_id=public_id), _actor(request)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, letter, form, status=422)
    if can_discard(actor, letter):
        one = DeadLetter.objects.filter(pk=letter.pk)
        operating.discard(one, form.cleaned_data["reason"], actor.id)
        undo = reverse("events:restore", args=[public_id])
        undoing.done(request, _("The letter is discarded."), undo)
    return redirect("events:dead_letter", public_id)


@require_POST
@roles(ADMIN)
def restore(request: HttpRequest, public_id: UUID) -> HttpResponse:
    letter, actor = get_object_or_404(DeadLetter, public_id=public_id), _actor(request)
    if can_restore(actor, letter):
        operating.restore(DeadLetter.objects.filter(pk=letter.pk), actor.id)
        messages.success(request, _("The letter is parked again."))
    return redirect("events:dead_letter", public_id)


def _page(
    request: HttpRequest, letter: DeadLetter, form: ReasonForm, status: int = 200
) -> HttpResponse:
    actor = _actor(request)
    event = (
        OutboxEvent.objects.filter(event_id=letter.event_id).first() if letter.event_id else None
    )
    data = letter.envelope.get("data") if isinstance(letter.envelope, dict) else None
    context = {
        **_state(letter),
        **_dry_run(letter),
        "form": form,
        "envelope": json.dumps(letter.envelope, indent=2, ensure_ascii=False),
        "violations": contracts.violations(letter.envelope),
        "attempts": letters.attempts(letter),
        "event": event,
        "chain": event_log.chain(event) if event else None,
        "applied_at": letters.applied_at(letter),
        "holdings": held_by(letter.consumer, letter.task_id, letter.account_id),
        "later": letters.later(letter),
        "waiting": letters.waiting(letter),
        "things": pages_about(data),
        "can_replay": can_replay(actor, letter),
        "can_discard": can_discard(actor, letter),
        "can_restore": can_restore(actor, letter),
    }
    return render(request, "events/dead_letter.html", context, status=status)


def _state(letter: DeadLetter) -> dict[str, Any]:
    item = letters.last_replay(letter)
    resolver = people.names([letter.resolved_by]).get(letter.resolved_by or NOBODY, "")
    return {"letter": letter, "item": item, "resolver": resolver}


def _dry_run(letter: DeadLetter) -> dict[str, Any]:
    found = letter.dry_runs.order_by("-pk").first()
    report = found.report if found else None
    tables = [_table(letter.consumer, table) for table in report["tables"]] if report else []
    return {"letter": letter, "dry_run": found, "report": report, "tables": tables}


def _table(consumer: str, table: dict[str, Any]) -> dict[str, Any]:
    rows = ["\n".join(_cell(*pair) for pair in row.items()) for row in table["rows"]]
    return table | {"rows": rows, "is_own": table["name"].startswith(f"{consumer}_app_")}


def _cell(column: str, value: Any) -> str:
    if column.endswith("_cents") and isinstance(value, int):
        return f"{column}: {value} ({formats.signed_money(value)})"
    return f"{column}: {json.dumps(value, ensure_ascii=False)}"


def _actor(request: HttpRequest) -> Actor:
    return cast("ActorRequest", request).actor
