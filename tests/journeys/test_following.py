"""One click, followed from the web through the relay to the ledger: by its log lines, by its trace,
and by what `/metrics` counts."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGKILL
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.test import Client
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from auth_app.models import User
from messaging.models import OutboxEvent
from tasks_app.models import Task
from tests.collector import Collector, collecting
from tests.journeys.conftest import Known
from tests.running import Running

PARTS = {"send billing.events", "process tasks.task_completed", "process billing.entry_posted"}
ON_THE_WAY = ("web", "relay", "worker-tasks", "worker-billing", "worker-analytics")


@contextmanager
def with_environment(system: Running, **given: str) -> Iterator[None]:
    """Let the processes that a click passes through run with this environment; the next test
    starts them as they were."""
    usual = dict(system.environment)
    system.environment |= given
    stop(system)
    system.start_all()
    try:
        yield
    finally:
        system.environment.clear()
        system.environment |= usual
        stop(system)


def stop(system: Running) -> None:
    for name in ON_THE_WAY:
        system.processes[name].ask_to_stop()
    for name in ON_THE_WAY:
        system.stop(name)


def click(system: Running, worker: User) -> Task:
    """A worker completes a task of theirs through the running web; the task."""
    task = Task.create(title="Feed the parrot")
    system.settle()
    browser = Client()
    browser.force_login(worker)
    session = browser.cookies["sessionid"].value
    post(f"{system.url}/tasks/{task.public_id}/complete/", session)
    system.settle()
    return task


def post(url: str, session: str) -> None:
    """With the token of the double-submit cookie, as a page would send it."""
    cookies = f"sessionid={session}; csrftoken={'t' * 32}"
    headers = {"Cookie": cookies, "X-CSRFToken": "t" * 32, "HX-Request": "true"}
    with urlopen(Request(url, data=b"", headers=headers, method="POST")) as answer:  # noqa: S310
        assert answer.status == 200


def said_by(system: Running) -> Iterator[tuple[str, dict[str, Any]]]:
    """Process and line, of all lines that are objects."""
    for line in list(system.lines):
        name, _, text = line.partition("] ")
        if text.startswith("{"):
            yield name.removeprefix("["), json.loads(text)


@pytest.fixture
def followed(system: Running, known: Known) -> Iterator[tuple[Collector, OutboxEvent, User]]:
    """Where its spans went, the event it led to, and who pressed."""
    wanda = known("Wanda Worker")
    with collecting() as collector:
        environment = {"LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG"}
        with with_environment(system, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, **environment):
            task = click(system, wanda)
            told = {"event_name": "tasks.task_completed", "data__task_id": str(task.public_id)}
            yield collector, OutboxEvent.objects.get(**told), wanda


def test_a_click_is_one_chain_in_the_logs_and_one_trace(
    system: Running, followed: tuple[Collector, OutboxEvent, User]
) -> None:
    collector, told, wanda = followed
    chain = str(told.correlation_id)

    def of_the_click() -> list[tuple[str, dict[str, Any]]]:
        return [said for said in said_by(system) if said[1].get("correlation_id") == chain]

    def booked() -> list[dict[str, Any]]:
        return [line for _, line in of_the_click() if "booked reward" in line["message"]]

    spans = system.wait_until(lambda: whole(collector), what="the whole trace")
    (line,) = system.wait_until(booked, what="the ledger's line")
    the_lines_are_one_chain(of_the_click(), wanda)
    assert (line["consumer"], line["event_id"]) == ("billing", str(told.event_id))
    everything = "\n".join(json.dumps(line) for _, line in said_by(system))
    assert "Feed the parrot" not in everything
    assert wanda.email not in everything
    the_spans_are_one_trace(spans, told)


def the_lines_are_one_chain(said: list[tuple[str, dict[str, Any]]], by: User) -> None:
    names = {name for name, _ in said}
    assert {"web", "relay", "worker-billing", "worker-analytics"} <= names
    assert {line["actor"] for _, line in said} == {str(by.public_id)}
    pressed = next(line for name, line in said if name == "web")
    assert pressed["message"] == "POST tasks:complete answers 200"
    assert pressed["request_id"] == pressed["correlation_id"]


def the_spans_are_one_trace(spans: dict[str, Span], told: OutboxEvent) -> None:
    pressed = spans["POST tasks:complete"]
    assert pressed.kind == Span.SPAN_KIND_SERVER
    assert told.traceparent[3:35] == pressed.trace_id.hex()
    handled = spans["process tasks.task_completed"]
    sent = spans["send billing.events"]
    assert (sent.kind, sent.parent_span_id) == (Span.SPAN_KIND_PRODUCER, pressed.span_id)
    assert (handled.kind, handled.parent_span_id) == (Span.SPAN_KIND_CONSUMER, pressed.span_id)
    assert spans["process billing.entry_posted"].kind == Span.SPAN_KIND_CONSUMER


def whole(collector: Collector) -> dict[str, Span] | None:
    """The click's trace, once every process has told of its part: each does so in its own time."""
    for span in list(collector.spans):
        if span.name == "POST tasks:complete":
            found = collector.of(span.trace_id)
            return found if found.keys() >= PARTS else None
    return None


def test_a_collector_that_is_away_holds_nobody_up(system: Running, known: Known) -> None:
    wanda = known("Wanda Worker")
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with with_environment(system, OTEL_EXPORTER_OTLP_ENDPOINT=url):
            system.lines.clear()
            click(system, wanda)
            stop(system)
        killed = [name for name in ON_THE_WAY if system.processes[name].returncode == -SIGKILL]
        assert killed == []
        assert not [line for line in system.lines if "rror" in line or "WARNING" in line]


def test_times_of_all_processes_add_up(system: Running, known: Known) -> None:
    click(system, known("Wanda Worker"))

    def scrape() -> str:
        with urlopen(f"{system.url}/metrics") as answer:  # noqa: S310
            return str(answer.read(), "utf-8")

    text = system.wait_until(
        lambda: (
            text
            if 'consumer="analytics",event="billing.entry_posted"' in (text := scrape())
            else ""
        )
    )
    assert 'ates_events_handled_total{consumer="billing",event="tasks.task_completed"}' in text
    assert (
        'ates_http_request_seconds_count{method="POST",route="tasks:complete",status="200"}' in text
    )
    assert "ates_relay_leaders 1.0" in text
