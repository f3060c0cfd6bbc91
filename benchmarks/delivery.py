"""Delivery: events from the outbox to the ledger and back to the acknowledgement, by the real relay
and workers, beside the no-op tasks of a stock Celery on the same broker."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
from django.db import connection, transaction
from uuid_utils.compat import uuid7

from benchmarks import peers
from benchmarks.company import Company
from benchmarks.measure import RUNS, Claim, Figure, figure, say
from messaging import contracts, pausing
from messaging.outbox import publish
from supervisor import procfile, state
from supervisor.processes import Process

EVENTS = int(os.environ.get("BENCH_EVENTS", "30000"))
NO_OPS = int(os.environ.get("BENCH_NO_OPS", "10000"))
FINISHED = int(os.environ.get("BENCH_FINISHED", "1000000"))
STEADY_SECONDS = int(os.environ.get("BENCH_STEADY_SECONDS", "20"))
STEADY_RATE = 200
PATIENCE = 300.0
PROCESSES = ("relay", "worker-auth", "worker-tasks", "worker-billing", "worker-analytics")

_OPEN = "FROM outbox_delivery WHERE state IN ('due', 'sent')"
_OPEN_AT_BILLING = f"{_OPEN} AND consumer = 'billing'"

# An event and its delivery as they lie when everything has long arrived.
_FINISH = """
WITH written AS (
  INSERT INTO outbox_event (event_id, event_name, event_version, event_time, producer, data,
                            correlation_id)
  SELECT uuidv7(), 'tasks.task_completed', 1, now(), 'tasks', '{"task_id": "x"}', uuidv7()
    FROM generate_series(1, %s)
  RETURNING position)
INSERT INTO outbox_delivery (event_id, consumer, state, attempts, settled_at)
SELECT position, 'billing', 'acked', 1, now() FROM written
"""

# Commit of the entry minus commit of its event, by PostgreSQL's own record of commits.
_LATENCIES = """
SELECT extract(epoch FROM pg_xact_commit_timestamp(entry.xmin)
                        - pg_xact_commit_timestamp(event.xmin))::float
  FROM billing_app_entry AS entry
  JOIN outbox_event AS event ON event.data ->> 'assignment_id' = entry.source_id::text
 WHERE event.event_name = 'tasks.task_assigned' AND event.position > %s
"""


def measure(broker_url: str) -> tuple[list[Figure], list[Claim]]:
    no_ops, with_django = no_op_rate(broker_url), no_op_rate(broker_url, django=True)
    peer_figures = [
        peers.dramatiq(f"{broker_url[:-1]}2", NO_OPS),
        peers.procrastinate(os.environ["DATABASE_URL"], NO_OPS // 4),
    ]
    with running(broker_url):
        company = Company()
        arrived()
        together = rate("events from outbox to ledger, all services at work", company)
        latencies = steady(company)
        with nobody_but_billing():
            delivered = rate("events from outbox to ledger, acknowledged", company)
            say(f"an outbox of {FINISHED:,} finished events …")
            finish(FINISHED)
            grown = rate(f"the same, beside {FINISHED:,} finished ones", company)
    p50, p99 = statistics.median(latencies), statistics.quantiles(latencies, n=100)[98]
    at = f"commit to effect at {STEADY_RATE} events/s"
    return [
        no_ops,
        with_django,
        *peer_figures,
        delivered,
        grown,
        together,
        Figure(f"{at}: median", "s", p50, min(latencies), max(latencies)),
        Figure(f"{at}: 99 of 100", "s", p99, min(latencies), max(latencies)),
    ], [
        Claim("events against stock Celery's no-op tasks", delivered.median / no_ops.median, 8),
        Claim("a grown outbox against an empty one", grown.median / delivered.median, 0.9),
        Claim(f"{at}: seconds, median", p50, 0.1, at_least=False),
        Claim(f"{at}: seconds, 99 of 100", p99, 1, at_least=False),
    ]


# --- the system ---


@contextmanager
def running(broker_url: str, **settings: str) -> Iterator[list[Process]]:
    environment = dict(os.environ) | {
        "REDIS_URL": broker_url,
        "PORT": "0",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONWARNINGS": "ignore",
        **settings,
    }
    commands = procfile.read(state.PROJECT / "Procfile.dev", environment)
    commands["worker-billing"] += ["-c", "2"]  # as in production, and like the peer
    processes = [Process(name, commands[name], environment, lambda *_: None) for name in PROCESSES]
    for process in processes:
        process.start()
    try:
        yield processes
    finally:
        for process in processes:
            process.ask_to_stop()
        for process in processes:
            process.stop()


# --- rates ---


def rate(name: str, company: Company) -> Figure:
    delivered(company)  # warm
    return figure(name, "events/s", [delivered(company) for _ in range(RUNS)])


def delivered(company: Company) -> float:
    """Events a second from their commit until billing has booked and acknowledged the last."""
    facts = company.assignments(EVENTS)
    with transaction.atomic():
        publish(facts)
    began = time.perf_counter()
    wait(lambda: not any_row(_OPEN_AT_BILLING))
    return EVENTS / (time.perf_counter() - began)


@contextmanager
def nobody_but_billing() -> Iterator[None]:
    """What the others are to be told waits meanwhile: the peer has one consumer, too."""
    others = [consumer for consumer in contracts.consumers() if consumer != "billing"]
    for consumer in others:
        pausing.pause(consumer, "a benchmark of billing", by=uuid7())
    try:
        yield
    finally:
        for consumer in others:
            pausing.resume(consumer)


def steady(company: Company) -> list[float]:
    """Seconds from the commit of an event to that of its entry, one event a commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(position), 0) FROM outbox_event")
        before = cursor.fetchone()[0]
    arrived()
    facts = company.assignments(STEADY_SECONDS * STEADY_RATE)
    began = time.perf_counter()
    for number, fact in enumerate(facts):
        pause = began + number / STEADY_RATE - time.perf_counter()
        if pause > 0:
            time.sleep(pause)
        with transaction.atomic():
            publish([fact])
    arrived()
    with connection.cursor() as cursor:
        cursor.execute(_LATENCIES, [before])
        return [row[0] for row in cursor.fetchall()]


def finish(count: int) -> None:
    with connection.cursor() as cursor:
        for _ in range(0, count, 50_000):
            cursor.execute(_FINISH, [50_000])
        cursor.execute("VACUUM ANALYZE outbox_event, outbox_delivery")


def arrived() -> None:
    wait(lambda: not any_row(_OPEN))


def any_row(rows: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT {rows})")
        return bool(cursor.fetchone()[0])


def wait(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(f"not within {PATIENCE:.0f} s: {condition}")
        time.sleep(0.02)


# --- the peer ---


def no_op_rate(broker_url: str, django: bool = False) -> Figure:
    """Alone, or as in a Django project, where Celery looks after the database around each task."""
    say("a stock Celery …")
    environment = dict(os.environ)
    if not django:
        del environment["DJANGO_SETTINGS_MODULE"]
    measured = [no_ops(f"{broker_url[:-1]}1", environment) for _ in range(RUNS)]
    name = "a stock Celery in a Django project" if django else "a stock Celery"
    return figure(f"{name}, no-op tasks, two processes", "tasks/s", measured)


def no_ops(broker_url: str, environment: dict[str, str]) -> float:
    """The tasks lie ready before the worker starts; the clock runs while it is at full speed."""
    peer = [sys.executable, "-m", "benchmarks.celery_peer", broker_url]
    options: dict[str, Any] = {"cwd": state.PROJECT, "env": environment}
    subprocess.run([*peer, "send", str(NO_OPS)], check=True, **options)
    silent: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    worker = subprocess.Popen([*peer, "work"], **options, **silent)
    try:
        return full_speed(redis.Redis.from_url(broker_url))
    finally:
        worker.terminate()
        worker.wait()


def full_speed(broker: redis.Redis) -> float:
    first, last = NO_OPS * 9 // 10, NO_OPS // 10
    wait(lambda: left(broker) <= first)
    at_first, began = left(broker), time.perf_counter()
    wait(lambda: left(broker) <= last)
    return (at_first - left(broker)) / (time.perf_counter() - began)


def left(broker: redis.Redis) -> int:
    return int(broker.llen("celery"))
