"""Real workers: they survive their broker, end themselves when they fall silent, and finish what
they hold when asked to stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import transaction

from config.celery import app
from messaging import canaries, jobs, waiting
from messaging.models import InboxEvent, InboxFailure, InboxLease, OutboxDelivery, WorkerCanary
from supervisor.processes import Process
from supervisor.valkey import Valkey
from tests.messaging.deliveries import told
from tests.messaging.test_outbox_deliveries import tell
from tests.running import Running, count

QUEUE = "analytics.jobs"
ROUNDS = 4


class Rig:
    """A broker and a worker of the test's own, beside the running system."""

    def __init__(self, system: Running, folder: Path) -> None:
        self.system, self.folder = system, folder
        self.lines: list[str] = []
        self.valkey = Valkey(folder, folder / "log", "tests", self.hear, {})
        self.broker = self.valkey.start()
        self.worker: Process | None = None
        self.wait_for_broker()

    def hear(self, name: str, line: str) -> None:
        self.lines.append(f"[{name}] {line}")

    def wait_for_broker(self) -> None:
        self.system.wait_until(self.valkey.ready, what="the broker answers")

    def start_worker(self, application: str = "config", **environment: str) -> Process:
        command = [*self.system.commands["worker-analytics"]]
        command[command.index("config")] = application
        ours = {"REDIS_URL": self.valkey.url} | environment
        self.worker = Process(
            "worker", command, self.system.environment | ours, self.hear, grace=30.0
        )
        self.worker.start()
        return self.worker

    def send(self, job: Any, args: list[Any], queue: str) -> None:
        with app.connection_for_write(self.valkey.url) as broker:
            job.apply_async(args=args, queue=queue, connection=broker)

    def fill(self, number: int) -> None:
        for _ in range(number):
            self.send(jobs.canary, [QUEUE], QUEUE)

    @property
    def depth(self) -> int:
        return int(self.client.llen(QUEUE))

    @property
    def client(self) -> Any:
        return redis.Redis.from_url(self.valkey.url)

    def wait_until_below(self, depth: int) -> None:
        self.system.wait_until(lambda: self.depth < depth, 60, f"fewer than {depth} in the queue")

    def restart_broker(self) -> None:
        """From its append-only file, at its old address."""
        self.broker = self.valkey.start()
        self.wait_for_broker()

    def stop(self) -> None:
        if self.worker:
            self.worker.stop()
        self.broker.stop()


@pytest.fixture
def rig(system: Running, tmp_path: Path) -> Iterator[Rig]:
    built = Rig(system, tmp_path)
    yield built
    built.stop()


@contextmanager
def held_up() -> Iterator[None]:
    """Whoever wants to apply something at analytics waits meanwhile, as for a slow neighbour."""
    with transaction.atomic():
        waiting.lock_to_keep("analytics")
        yield


def somebody_waits() -> bool:
    return bool(count("FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))


def wait_for_applied(rig: Rig, number: int) -> None:
    what = f"event {number} is applied, though its broker is gone"
    rig.system.wait_until(lambda: InboxEvent.objects.count() == number, what=what)


def test_a_busy_worker_survives_its_broker_and_finishes_what_it_holds(rig: Rig) -> None:
    worker = rig.start_worker()
    for number in range(1, ROUNDS + 1):
        with held_up():
            rig.send(jobs.deliver, ["analytics", [told()]], "analytics.events")
            rig.system.wait_until(somebody_waits, what="the worker is busy")
            rig.broker.kill()
        wait_for_applied(rig, number)
        rig.restart_broker()
        rig.fill(20)
        rig.wait_until_below(1)
    assert worker.alive
    assert not InboxFailure.objects.exists()


def test_a_worker_that_lives_and_takes_nothing_ends_itself_and_comes_back(rig: Rig) -> None:
    rig.fill(50)
    worker = rig.start_worker("tests.faults.wedging", WEDGED_ONCE=str(rig.folder / "wedged"))

    def all_taken() -> bool:
        worker.watch()  # as `make run` does
        return rig.depth == 0

    rig.system.wait_until(all_taken, 120, "its successor takes the rest")
    assert any("has taken nothing for" in line for line in rig.lines)
    assert any("ended with status 70" in line for line in rig.lines)


def test_every_queue_shows_who_serves_it(system: Running) -> None:
    def served() -> set[str]:
        return set(WorkerCanary.objects.values_list("queue", flat=True))

    system.wait_until(lambda: served() == set(canaries.queues()), what="every queue is stamped")


def test_a_worker_that_is_asked_to_stop_finishes_what_it_holds(system: Running) -> None:
    tell(3_000)
    system.wait_until(InboxEvent.objects.exists, what="the worker is busy")
    system.stop("worker-analytics")
    assert system.processes["worker-analytics"].returncode == 0
    assert not InboxLease.objects.exists()
    broker = redis.Redis.from_url(system.environment["REDIS_URL"])
    system.wait_until(lambda: not broker.hlen("unacked"), what="nothing is left half taken")
    system.start("worker-analytics")
    system.settle()
    assert set(OutboxDelivery.objects.values_list("attempts", flat=True)) == {1}


def test_our_broker_refuses_rather_than_forgets(rig: Rig) -> None:
    settings = rig.client.config_get()
    assert (settings["appendonly"], settings["appendfsync"]) == ("yes", "everysec")
    assert settings["maxmemory-policy"] == "noeviction"
