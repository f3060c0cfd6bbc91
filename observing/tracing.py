"""Traces by OpenTelemetry, from the request through outbox and relay to the handlers.

Only with OTEL_EXPORTER_OTLP_ENDPOINT in the environment; otherwise nothing of the SDK is even
imported. A collector that is away costs spans and nothing else: they are sent from a thread of
their own, and dropped when they can't be. The other OTEL_… variables are the SDK's.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, Literal

ENABLED: Final = bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))
DELAY_MILLIS: Final = 1_000
TIMEOUT_SECONDS: Final = 3.0
MOST_LINKS: Final = 128  # the SDK's limit

Kind = Literal["SERVER", "PRODUCER", "CONSUMER"]


@contextmanager
def span(
    name: str,
    kind: Kind,
    parents: Iterable[str] = (),
    **attributes: str | int,
) -> Iterator[Any]:
    """A span; a child of `parents` if they are of one trace, otherwise linked with each of them.

    `parents` are W3C traceparents, "" for those that have none. Yields None while tracing is off.
    """
    if not ENABLED:
        yield None
        return
    known = sorted({parent for parent in parents if parent})
    contexts = [_context(parent) for parent in known]
    one_trace = len({trace_id(parent) for parent in known}) == 1
    with _tracer().start_as_current_span(
        name,
        context=contexts[0] if one_trace else None,
        kind=_kind(kind),
        links=[] if one_trace else _links(contexts[:MOST_LINKS]),
        attributes={key.replace("__", "."): value for key, value in attributes.items()},
    ) as started:
        yield started


def traceparent(cause: str = "") -> str:
    """What an event written now shall carry: the current span's, unless the event's cause is of
    another trace, as in a batch of many."""
    if not ENABLED:
        return cause
    carrier: dict[str, str] = {}
    _propagator().inject(carrier)
    current = carrier.get("traceparent", "")
    return cause if cause and trace_id(cause) != trace_id(current) else current


def trace_id(parent: str) -> str:
    return parent[3:35]


def flush(**_: Any) -> None:
    """Send what is left, as far as that is possible within some seconds."""
    if ENABLED and _provider.cache_info().currsize:
        _provider().shutdown()


@cache
def _provider() -> Any:
    """Made at the first span, so in the process that works and not in one that only forks."""
    from celery.signals import worker_process_shutdown
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    name = os.environ.get("OTEL_SERVICE_NAME", "ates")
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    exporter = OTLPSpanExporter(timeout=TIMEOUT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=DELAY_MILLIS))
    worker_process_shutdown.connect(flush, weak=False)  # Celery's children end without `atexit`
    return provider


def _tracer() -> Any:
    return _provider().get_tracer("ates")


@cache
def _propagator() -> Any:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator()


def _context(parent: str) -> Any:
    from opentelemetry.context import Context

    return _propagator().extract({"traceparent": parent}, context=Context())


def _kind(kind: Kind) -> Any:
    from opentelemetry.trace import SpanKind

    return SpanKind[kind]


def _links(contexts: Sequence[Any]) -> list[Any]:
    from opentelemetry.trace import Link, get_current_span

    return [Link(get_current_span(context).get_span_context()) for context in contexts]
