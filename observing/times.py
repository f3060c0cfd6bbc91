"""How long requests and handlers take, as histograms for Prometheus.

Several processes of a machine add up through files in PROMETHEUS_MULTIPROC_DIR, which is emptied
before they start; without it each process knows only itself. Times are kept by machine and not in
PostgreSQL, because measuring must not write where the work is done.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SHARED: Final = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
if SHARED:  # read by the library when it is imported
    Path(SHARED).mkdir(parents=True, exist_ok=True)

from prometheus_client import CollectorRegistry, Counter, Histogram  # noqa: E402

OWN: Final = CollectorRegistry()
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

requests: Final = Histogram(
    "ates_http_request_seconds",
    "Time from a request to its answer.",
    ["method", "route", "status"],
    buckets=BUCKETS,
    registry=OWN,
)
handlers: Final = Histogram(
    "ates_handler_seconds",
    "Time a handler takes for a batch of events.",
    ["consumer", "event"],
    buckets=BUCKETS,
    registry=OWN,
)
handled: Final = Counter(
    "ates_events_handled",
    "Events that handlers were given and did not refuse.",
    ["consumer", "event"],
    registry=OWN,
)


@contextmanager
def handling(consumer: str, event_name: str, count: int) -> Iterator[None]:
    """Time a handler; a batch that fails counts as time and not as handled."""
    with handlers.labels(consumer, event_name).time():
        yield
    handled.labels(consumer, event_name).inc(count)
