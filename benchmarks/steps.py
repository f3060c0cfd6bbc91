"""What each step of an event's way costs: CPU time of Python and of PostgreSQL, per event.

One process walks the whole way with the product's own functions, a batch at a time, over the real
broker. CPU time and not the clock: what else the machine does changes it little.
"""

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from celery import current_app
from django.db import connection, transaction

from benchmarks.company import Company
from benchmarks.measure import Claim, Figure, say
from billing_app import handlers, ledger
from messaging import inbox, jobs, leases, outbox_deliveries, pausing, relay
from messaging.outbox import Fact, publish

EVENTS = int(os.environ.get("BENCH_STEPS", "20000"))

# What is told apart inside of the functions that are called below.
INSIDE: list[tuple[Any, str, str]] = [
    (outbox_deliveries, "_events", "relay: read"),
    (inbox.Delivery, "_read_all", "inbox: validate and read"),
    (pausing, "condition", "inbox: look for what is known"),
    (inbox, "known", "inbox: look for what is known"),
    (leases, "take", "inbox: take the lease"),
    (inbox, "remember", "inbox: remember"),
    (handlers, "price", "billing: prices"),
    (ledger, "_open_for_strangers", "billing: accounts"),
    (ledger, "publish_selected", "billing: book, and tell of it"),
    (inbox, "_hand", "billing: the rest of the handler"),
]


class Steps:
    """CPU time by step in nanoseconds, Python's and PostgreSQL's, without what is inside it."""

    def __init__(self) -> None:
        self.spent: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.inside: list[list[int]] = []
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.server = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = self.now()
        self.inside.append([0, 0])
        try:
            yield
        finally:
            whole = [now - then for now, then in zip(self.now(), began, strict=True)]
            nested = self.inside.pop()
            for side in (0, 1):
                self.spent[name][side] += whole[side] - nested[side]
                if self.inside:
                    self.inside[-1][side] += whole[side]

    def now(self) -> tuple[int, int]:
        return time.process_time_ns(), int(self.server.read_text().split()[0])

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*args: Any, **kwargs: Any) -> Any:
            with self.step(name):
                return function(*args, **kwargs)

        return stepping

    @contextmanager
    def told_apart(self) -> Iterator[None]:
        patches = [
            mock.patch.object(where, name, self.around(step, getattr(where, name)))
            for where, name, step in INSIDE
        ]
        for patch in patches:
            patch.start()
        try:
            yield
        finally:
            for patch in patches:
                patch.stop()

    def figures(self) -> list[Figure]:
        rows = {name: [ns / 1000 / EVENTS for ns in both] for name, both in self.spent.items()}
        rows["the whole way"] = [sum(costs) for costs in zip(*rows.values(), strict=True)]
        return [
            Figure(f"{name}: {side}", "µs/event", cost, cost, cost)
            for name, costs in rows.items()
            for side, cost in zip(("Python", "PostgreSQL"), costs, strict=True)
        ]


def measure() -> tuple[list[Figure], list[Claim]]:
    say(f"{EVENTS:,} events, step by step …")
    company = Company()
    walk(Steps(), [])  # people and tasks
    walk(Steps(), company.assignments(relay.BATCH))
    steps = Steps()
    with steps.told_apart():
        walk(steps, company.assignments(EVENTS))
    return steps.figures(), []


def walk(steps: Steps, facts: Sequence[Fact]) -> None:
    """Everything that is due to billing, on its whole way."""
    for start in range(0, len(facts), relay.BATCH):
        with steps.step("outbox: validate and write"), transaction.atomic():
            publish(facts[start : start + relay.BATCH])
    while True:
        with steps.step("relay: claim"):
            events = outbox_deliveries.claim("billing", relay.CLAIM)
        if not events:
            return
        for batch in relay._batches(events):
            with steps.step("relay: send"):
                relay._send("billing", batch)
        while args := received(steps, "billing.events", "inbox: receive"):
            with steps.step("inbox: apply and commit"):
                outcome = inbox.deliver(*args)
            with steps.step("inbox: acknowledge"):
                jobs.acknowledge_to_producers("billing", outcome.applied)
        for producer in ("auth", "tasks"):
            while args := received(steps, f"{producer}.acks", "acknowledgement: receive"):
                with steps.step("acknowledgement: settle"):
                    outbox_deliveries.settle(*args)


def received(steps: Steps, queue: str, step: str) -> Any:
    """The arguments of the next message, as a worker gets them."""
    with steps.step(step), current_app.pool.acquire() as broker:
        message = broker.default_channel.basic_get(queue)
        if message is None:
            return None
        message.ack()
        return message.payload[0]
