"""Around every answer of the API, also those that no call has made: 404, 405, 500."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from uuid_utils.compat import uuid7

from api.problems import MEDIA_TYPE, Problem, answer, kind_of

PREFIX = "/api/"
OF_THE_BODY = ("Content-Type", "Content-Length")


def serve_api(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """Cookies are dropped before anything can read them: here only tokens count."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        response = _as_problem(request, get_response(request))
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response

    return middleware


def _as_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if response.status_code < 400 or response.get("Content-Type", "").startswith(MEDIA_TYPE):
        return response
    request_id = response.get("X-Request-ID", str(uuid7()))
    problem = answer(request, Problem(kind_of(response.status_code)), request_id)
    for name, value in response.items():
        if name not in OF_THE_BODY:
            problem[name] = value
    problem["Content-Length"] = str(len(problem.content))
    return problem
