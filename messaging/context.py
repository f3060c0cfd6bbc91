"""Who set something off, and which chain of events it belongs to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from uuid_utils.compat import uuid7


@dataclass(frozen=True, slots=True)
class Origin:
    """`correlation_id` names the whole chain, `actor` the person (None: the system)."""

    correlation_id: UUID
    actor: UUID | None = None


_origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


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


def correlate(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    def middleware(request: HttpRequest) -> HttpResponse:
        person = cast("Any", request).actor
        with acting(person.id if person.is_authenticated else None) as origin:
            response = get_response(request)
        response["X-Request-ID"] = str(origin.correlation_id)
        return response

    return middleware
