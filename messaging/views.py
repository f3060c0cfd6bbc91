"""The operator's pages: the event log and one event, and kept mail. Only admins come here."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from access import people
from access.actor import ADMIN
from access.decorators import roles
from access.limits import limited
from messaging import event_log, event_search, mailbox
from messaging.forms import LogFilter
from messaging.models import OutboxEvent
from messaging.things import pages_about
from pages.export import table_response
from pages.paging import keyset

COLUMNS = (
    "event_time",
    "event_name",
    "event_version",
    "event_id",
    "correlation_id",
    "causation_id",
    "actor",
    "data",
)


@require_safe
@roles(ADMIN)
def log(request: HttpRequest) -> HttpResponse:
    form = LogFilter(request.GET)
    understood = form.is_valid()
    rows = form.rows() if understood else OutboxEvent.objects.none()
    page = keyset(request, rows.defer("data"), by=("-position",))
    context = {"form": form, "page": page, "usage": event_search.usage()}
    return render(request, "events/log.html", context, status=200 if understood else 422)


@require_safe
@roles(ADMIN)
@limited("export", method="GET")
def log_export(request: HttpRequest) -> HttpResponseBase:
    form = LogFilter(request.GET)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=422, content_type="text/plain")
    rows = form.rows().order_by("-position").values_list(*COLUMNS).iterator(chunk_size=1000)
    cells = ((*row[:-1], json.dumps(row[-1], ensure_ascii=False)) for row in rows)
    return table_response(request, "events", columns=COLUMNS, rows=cells)


@require_safe
@roles(ADMIN)
def event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    found = get_object_or_404(OutboxEvent, event_id=event_id)
    context: dict[str, Any] = {
        "event": found,
        "data": json.dumps(found.data, indent=2, ensure_ascii=False),
        "fates": event_log.fates(found),
        "chain": event_log.chain(found),
        "things": pages_about(found.data),
        "actor_name": people.names([found.actor]).get(found.actor) if found.actor else "",
    }
    return render(request, "events/event.html", context)


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
