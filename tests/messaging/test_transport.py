"""The transport frees its prefetch slot, even when the broker is gone by then."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu.entity import Queue
from kombu.message import Message
from kombu.messaging import Consumer

from config.celery import app
from supervisor.processes import Process
from supervisor.valkey import Valkey

QUEUE: Any = Queue("nest", routing_key="nest")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[tuple[Valkey, Process]]:
    """A broker that may be killed."""
    valkey = Valkey(tmp_path, tmp_path / "log", "tests", lambda *_: None, {})
    process = valkey.start()
    until = time.monotonic() + 30
    while not valkey.ready():
        assert time.monotonic() < until
    yield valkey, process
    process.kill()


@pytest.mark.parametrize("settle", [Message.ack, Message.reject, Message.requeue])
def test_a_slot_is_free_again_though_the_broker_has_failed(
    broker: tuple[Valkey, Process], settle: Any
) -> None:
    valkey, process = broker
    taken: list[Message] = []
    with app.connection_for_read(valkey.url) as connection:
        channel = connection.channel()
        channel.basic_qos(0, 1, False)
        connection.SimpleQueue(QUEUE).put("egg")
        with Consumer(channel, [QUEUE], on_message=taken.append):
            connection.drain_events(timeout=30)
            assert not channel.qos.can_consume()
            process.kill()
            with pytest.raises(connection.connection_errors):
                settle(taken[0])
            assert channel.qos.can_consume()
        connection.collect()
