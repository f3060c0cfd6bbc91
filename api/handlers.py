"""Exceptions on their way out of a call, as problems."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from api.problems import Problem, answer, at, invalid, kind_of, of_parameter
from messaging.context import current_origin

log = logging.getLogger("ates.api")

PLAIN: dict[type[Exception], str] = {
    Http404: "not-found",
    PermissionDenied: "forbidden",
    RequestDataTooBig: "too-large",
}


def handle_exceptions(api: NinjaAPI) -> None:
    api.add_exception_handler(Problem, _answer)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _refused)
    api.add_exception_handler(OperationalError, _unavailable)
    api.add_exception_handler(Exception, _leave_to_django)
    for kind, name in PLAIN.items():
        api.add_exception_handler(kind, _as(name))


def _answer(request: HttpRequest, problem: Any) -> HttpResponse:
    return answer(request, problem, str(current_origin().correlation_id))


def _as(name: str) -> Any:
    return lambda request, error: _answer(request, Problem(name))


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(request, invalid(_where(row["loc"], row["msg"]) for row in error.errors))


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    """By the framework: a body that can't be read, for one."""
    return _answer(request, Problem(kind_of(error.status_code)))


def _unavailable(request: HttpRequest, error: Any) -> HttpResponse:
    """A lock that was not to be had, a database that is restarting: worth another try."""
    log.error("the database failed", exc_info=error)
    return _answer(request, Problem("unavailable", retry_after=1))


def _leave_to_django(request: HttpRequest, error: Any) -> HttpResponse:
    """It logs; the middleware makes a problem of its answer."""
    raise error


def _where(loc: tuple[Any, ...], message: str) -> dict[str, str]:
    """`loc` begins with the source and, in a body, the name of our argument."""
    source, *path = loc
    words = message.removeprefix("Value error, ")
    if source == "body":
        return at("/".join(map(_escaped, path[1:])), words)
    return of_parameter(str(path[-1]) if path else str(source), words)


def _escaped(part: Any) -> str:
    """RFC 6901."""
    return str(part).replace("~", "~0").replace("/", "~1")
