"""Every export of the ledger: named by its span, and saying above the table what it is about."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from billing_app.models import BusinessDay
from pages.export import table_response

Span = tuple[date | None, date | None]


def export(
    request: HttpRequest,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    span: Span = (None, None),
) -> HttpResponseBase:
    return table_response(
        request, _named(name, span), columns=columns, rows=rows, notes=_notes(span)
    )


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
