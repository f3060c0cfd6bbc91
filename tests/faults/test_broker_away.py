"""The relay does not die of a broker that is gone or full; it waits for it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from auth_app.models import User
from supervisor.processes import Process
from supervisor.valkey import Valkey
from tests.running import Running


class OwnBroker:
    """A broker that no other test leans on."""

    def __init__(self, folder: Path) -> None:
        self.valkey = Valkey(folder, folder.with_suffix(".log"), "own", print, {})
        self.process: Process | None = None

    @property
    def url(self) -> str:
        return self.valkey.url

    def start(self) -> None:
        self.process = self.valkey.start()
        while not self.valkey.ready():
            assert self.process.alive, self.valkey.log.read_text()

    def kill(self) -> None:
        if self.process:
            self.process.kill()

    def limit_memory(self, limit: str) -> None:
        redis.Redis.from_url(self.url).config_set("maxmemory", limit)


@pytest.fixture
def broker() -> Iterator[OwnBroker]:
    own = OwnBroker(Path(os.environ["ATES_TEST_SERVERS"]) / "own-valkey")
    own.start()
    yield own
    own.kill()


@pytest.fixture
def relay(system: Running, broker: OwnBroker) -> Iterator[Process]:
    """It leads, and sends to that broker."""
    system.kill("relay")
    system.lines.clear()
    system.start("relay", REDIS_URL=broker.url)
    heard(system, "this relay leads")
    yield system.processes["relay"]
    system.kill("relay")
    system.start("relay")


def test_a_relay_outlives_a_full_broker(system: Running, broker: OwnBroker, relay: Process) -> None:
    broker.limit_memory("1")
    hire("Kiki")
    heard(system, "lost a connection and tries again")
    broker.limit_memory("0")
    system.wait_until(lambda: sent(broker), what="the event is sent")
    assert relay.alive


def test_a_relay_outlives_a_broker_that_is_gone(
    system: Running, broker: OwnBroker, relay: Process
) -> None:
    broker.kill()
    hire("Kiki")
    heard(system, "lost a connection and tries again")
    broker.start()
    hire("Rio")
    system.wait_until(lambda: sent(broker), what="the event is sent")
    assert relay.alive


def hire(name: str) -> None:
    User.objects.register(f"{name.lower()}@popug.example", name, None, role="worker")


def heard(system: Running, words: str) -> None:
    system.wait_until(lambda: any(words in line for line in list(system.lines)), what=words)


def sent(broker: OwnBroker) -> bool:
    return bool(redis.Redis.from_url(broker.url).exists("analytics.events"))
