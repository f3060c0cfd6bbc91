"""The operator's pages: event log, health, kept mail. Only admins come here."""

import json
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from access.actor import ADMIN
from access.decorators import roles
from messaging import event_log, health, mailbox
from messaging.forms import LogFilter
from messaging.models import DeadLetter, OutboxEvent
from pages.live import live
from pages.paging import keyset


@require_safe
@roles(ADMIN)
def log(request: HttpRequest) -> HttpResponse:
    form = LogFilter(request.GET)
    form.is_valid()
    words, name = form.cleaned_data.get("q"), form.cleaned_data.get("name")
    rows = event_log.about(words) if words else OutboxEvent.objects.all()
    rows = rows.filter(event_name=name) if name else rows
    page = keyset(request, rows, by=("-position",))
    return render(request, "events/log.html", {"form": form, "page": page})


@require_safe
@roles(ADMIN)
def event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    found = get_object_or_404(OutboxEvent, event_id=event_id)
    letters = DeadLetter.objects.filter(event_id=event_id)
    return render(
        request,
        "events/event.html",
        {
            "event": found,
            "data": json.dumps(found.data, indent=2, ensure_ascii=False),
            "deliveries": found.deliveries.order_by("consumer"),
            "letters": letters.order_by("-pk"),
            "chain": event_log.chain(found),
        },
    )


@require_safe
@roles(ADMIN)
def system_health(request: HttpRequest) -> HttpResponse:
    return render(request, "events/health.html", {"health": health.now()})


@require_safe
@roles(ADMIN)
@live
def figures(request: HttpRequest) -> HttpResponse:
    return render(request, "events/_figures.html", {"health": health.now()})


@require_safe
@roles(ADMIN)
def mails(request: HttpRequest) -> HttpResponse:
    if not settings.MAIL_IS_KEPT:
        raise Http404("mail is not kept here")
    return render(request, "events/mails.html", {"mails": mailbox.newest()})


@require_safe
@roles(ADMIN)
def mail(request: HttpRequest, name: UUID) -> HttpResponse:
    """The name is a UUID, so it can't lead out of the mailbox's folder."""
    found = mailbox.find(name) if settings.MAIL_IS_KEPT else None
    if not found:
        raise Http404("no such mail")
    return render(request, "events/mail.html", {"mail": found})
