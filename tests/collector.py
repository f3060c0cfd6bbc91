"""Little servers that keep what they are sent: traces over OTLP, and what is sent to a Sentry."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector:
    """Spans."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.url = ""

    def take(self, body: bytes) -> None:
        told = ExportTraceServiceRequest.FromString(body)
        for resource in told.resource_spans:
            for scope in resource.scope_spans:
                self.spans += scope.spans

    def of(self, trace: bytes) -> dict[str, Span]:
        """The spans of one trace, by name."""
        return {span.name: span for span in self.spans if span.trace_id == trace}


class Sentry:
    """Events: each the third line of JSON of an envelope."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.dsn = ""

    def take(self, body: bytes) -> None:
        self.events.append(json.loads(body.splitlines()[2]))


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    with _listening(collector.take) as port:
        collector.url = f"http://127.0.0.1:{port}"
        yield collector


@contextmanager
def standing_in_for_sentry() -> Iterator[Sentry]:
    sentry = Sentry()
    with _listening(sentry.take) as port:
        sentry.dsn = f"http://key@127.0.0.1:{port}/1"
        yield sentry


@contextmanager
def _listening(take: Callable[[bytes], None]) -> Iterator[int]:
    """The port, while it hands over each body that comes by POST."""

    class Receive(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            take(gzip.decompress(body) if packed else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receive)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
