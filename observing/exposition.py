"""What `/metrics` answers: gauges asked of PostgreSQL now, and times that processes have kept.

Gauges are the installed apps' own: `GAUGES` in their `gauges.py`, found by name.
"""

import logging
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import DatabaseError, connection, transaction
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from observing import times
from observing.gauge import Gauge

TIMEOUT = "1s"  # for each query: one that is slow must not hide the others

log = logging.getLogger("ates.metrics")


def exposition() -> bytes:
    return generate_latest(_asked()) + generate_latest(_kept())


def gauges() -> list[Gauge]:
    found: list[Gauge] = []
    for app in apps.get_app_configs():
        if app.name != "observing" and find_spec(f"{app.name}.gauges"):
            found += import_module(f"{app.name}.gauges").GAUGES
    return found


class Asked(Collector):
    """Every gauge that answers in time; how many did not is a gauge of its own."""

    def collect(self) -> Iterator[Metric]:
        unanswered = 0
        for gauge in gauges():
            try:
                yield _ask(gauge)
            except DatabaseError as error:
                unanswered += 1
                log.warning("no answer for %s: %s", gauge.name, error)
        yield GaugeMetricFamily(
            "ates_gauges_unanswered", "Gauges that PostgreSQL did not answer.", unanswered
        )


def _ask(gauge: Gauge) -> GaugeMetricFamily:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [TIMEOUT])
        cursor.execute(gauge.query)
        values = {tuple(map(str, row[:-1])): float(row[-1]) for row in cursor.fetchall()}
    family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
    for labels in sorted({*gauge.always(), *values}):
        family.add_metric(labels, values.get(labels, 0.0))
    return family


def _asked() -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Asked())
    return registry


def _kept() -> CollectorRegistry:
    if not times.SHARED:
        return times.OWN
    registry = CollectorRegistry(auto_describe=False)
    MultiProcessCollector(registry, times.SHARED)  # type: ignore[no-untyped-call]
    return registry
