"""Outermost: how long every answer takes, and the span that everything else belongs to."""

from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from observing import times, tracing

GetResponse = Callable[[HttpRequest], HttpResponse]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def watch(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        parent = request.headers.get("traceparent", "")
        with tracing.span(_method(request), "SERVER", parents=[parent]) as span:
            response = get_response(request)
            if span:
                _describe(span, request, response)
        labels = (_method(request), route(request), str(response.status_code))
        times.requests.labels(*labels).observe(perf_counter() - began)
        return response

    return middleware


def route(request: HttpRequest) -> str:
    """By name: addresses have ids in them, and anybody may ask for any."""
    if request.resolver_match:
        return request.resolver_match.view_name
    return "static" if request.path.startswith(settings.STATIC_URL) else "none"


def _method(request: HttpRequest) -> str:
    return request.method if request.method in METHODS else "other"


def _describe(span: object, request: HttpRequest, response: HttpResponse) -> None:
    from opentelemetry.trace import Span, StatusCode

    assert isinstance(span, Span)
    span.update_name(f"{_method(request)} {route(request)}")
    span.set_attribute("http.request.method", _method(request))
    span.set_attribute("http.route", route(request))
    span.set_attribute("http.response.status_code", response.status_code)
    if response.status_code >= 500:
        span.set_status(StatusCode.ERROR)
