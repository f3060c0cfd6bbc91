"""Every export of the ledger: named by its span, and saying above the table what it is about."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.translation import gettext as _

from access.actor import ActorRequest
from billing_app import audit
from billing_app.models import Action, BusinessDay
from billing_app.permissions import KEEPERS
from pages.export import table_response

Span = tuple[date | None, date | None]


def export(
    request: ActorRequest,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    span: Span = (None, None),
) -> HttpResponseBase:
    """Whoever takes away what is not about themselves alone leaves a trace in the audit log."""
    filename = _named(name, span)
    if not _is_own(request):
        after = {"asked": request.GET.urlencode()}
        audit.note(Action.EXPORTED, f"export/{filename}", request.actor.id, after=after)
    return table_response(request, filename, columns=columns, rows=rows, notes=_notes(span))


def _is_own(request: ActorRequest) -> bool:
    """Workers see nothing but their own; an accountant's own is their own account."""
    asked = request.resolver_match.kwargs if request.resolver_match else {}
    return not request.actor.has(*KEEPERS) or asked.get("account_id") == request.actor.id


def _named(name: str, span: Span) -> str:
    """One day is written once, and an open end not at all."""
    return "-".join([name, *dict.fromkeys(day.isoformat() for day in span if day)])


def _notes(span: Span) -> list[str]:
    zone = _("Business days in %(zone)s") % {"zone": settings.BUSINESS_TIME_ZONE}
    shown = dict.fromkeys(day.isoformat() for day in span if day)
    return [
        f"{zone}: {' – '.join(shown)}" if shown else zone,
        *_sealed(span),
        _("Amounts in USD; a column …_cents holds cents"),
    ]


def _sealed(span: Span) -> list[str]:
    """The last closed day's digest covers every day before it."""
    first, last = span
    closed = BusinessDay.objects.filter(status=BusinessDay.Status.CLOSED)
    if first:
        closed = closed.filter(day__gte=first)
    if last:
        closed = closed.filter(day__lte=last)
    newest = closed.order_by("-day").first()
    words = _("Digest of the ledger up to %(day)s: %(digest)s")
    return [words % {"day": newest.day, "digest": newest.seal}] if newest else []
