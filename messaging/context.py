"""Who set something off, and which chain of events it belongs to."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from uuid_utils.compat import uuid7

from messaging.crash_points import crash_point
from messaging.event import Event

log = logging.getLogger("ates.web")

# What log lines tell of the work in hand, in this order.
NAMES = ("request_id", "correlation_id", "causation_id", "event_id", "consumer", "actor")


@dataclass(frozen=True, slots=True)
class Origin:
    """`correlation_id` names the whole chain, `actor` the person (None: the system)."""

    correlation_id: UUID
    actor: UUID | None = None


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)
_request: ContextVar[str] = ContextVar("request", default="")
_batch: ContextVar[tuple[str, Sequence[Event]]] = ContextVar("batch", default=("", ()))


def current_origin() -> Origin:
    return _origin.get() or Origin(uuid7())


@contextmanager
def acting(actor: UUID | None = None, correlation_id: UUID | None = None) -> Iterator[Origin]:
    """Everything published inside belongs to one chain and to this person."""
    origin = Origin(correlation_id or uuid7(), actor)
    token = _origin.set(origin)
    try:
        yield origin
    finally:
        _origin.reset(token)


@contextmanager
def in_hand(consumer: str, events: Sequence[Event]) -> Iterator[None]:
    """Log lines inside tell whose batch is being worked on, and what its events share."""
    token = _batch.set((consumer, events))
    try:
        yield
    finally:
        _batch.reset(token)


def known() -> dict[str, str]:
    """What there is to say of the work in hand, by the names in `NAMES`."""
    origin, (consumer, events) = _origin.get(), _batch.get()
    fields = {
        "request_id": _request.get(),
        "correlation_id": str(origin.correlation_id) if origin else "",
        "actor": str(origin.actor or "") if origin else "",
        "consumer": consumer,
    }
    return {name: value for name, value in fields.items() if value} | about(events)


def about(events: Sequence[Event]) -> dict[str, str]:
    """What these events have in common."""
    found = {}
    for name in ("correlation_id", "causation_id", "event_id", "actor"):
        values = {getattr(event, name) for event in events}
        if len(values) == 1 and (value := values.pop()):
            found[name] = str(value)
    return found


def correlate(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    def middleware(request: HttpRequest) -> HttpResponse:
        person = cast("Any", request).actor
        with acting(person.id if person.is_authenticated else None) as origin:
            token = _request.set(str(origin.correlation_id))
            try:
                response = get_response(request)
                _note(request, response)
            finally:
                _request.reset(token)
        if request.method == "POST":
            crash_point("web.before_response")
        response["X-Request-ID"] = str(origin.correlation_id)
        return response

    return middleware


def _note(request: HttpRequest, response: HttpResponse) -> None:
    """Reading is not worth a line unless somebody looks where they may not, or for trouble."""
    reads = request.method in ("GET", "HEAD") and response.status_code != HTTPStatus.FORBIDDEN
    level = logging.DEBUG if reads else logging.INFO
    route = request.resolver_match.view_name if request.resolver_match else "no route"
    log.log(level, "%s %s answers %s", request.method, route, response.status_code)
