"""The broker killed, emptied, frozen, flapping, full; its messages doubled, reordered, dropped."""

import random
import shutil
import signal
from collections.abc import Iterable
from contextlib import suppress

import redis

from tests.faults.rig import Rig

CONSUMERS = ("tasks", "billing", "analytics")
PRODUCERS = ("auth", "tasks", "billing")


def kill_broker(rig: Rig, rng: random.Random) -> None:
    rig.kill("valkey")
    rig.wait_for_servers()


def kill_broker_and_its_data(rig: Rig, rng: random.Random) -> None:
    """As a machine that is replaced by an empty one."""
    rig.kill("valkey")
    shutil.rmtree(rig.valkey.folder / "appendonlydir")
    rig.wait_for_servers()


def flap_broker(rig: Rig, rng: random.Random) -> None:
    for _ in range(rng.randint(3, 6)):
        kill_broker(rig, rng)
        rig.wait(rng.uniform(0, 0.6))


def flush_broker(rig: Rig, rng: random.Random) -> None:
    with suppress(redis.RedisError):
        rig.broker().flushall()


def freeze_broker(rig: Rig, rng: random.Random) -> None:
    """Longer than some of the clients' patience."""
    rig.signal_process("valkey", signal.SIGSTOP)
    rig.wait(rng.choice([0.5, 2.0, 4.0, 7.0]))
    rig.signal_process("valkey", signal.SIGCONT)


def fill_broker(rig: Rig, rng: random.Random) -> None:
    """It refuses every write, until there is room again."""
    if _limit_memory(rig, "1"):
        rig.wait(rng.uniform(1, 4))
    rig.wait_until(lambda: _limit_memory(rig, "512mb"), "there is room again")


def _limit_memory(rig: Rig, limit: str) -> bool:
    with suppress(redis.RedisError):
        return bool(rig.broker().config_set("maxmemory", limit))
    return False


def double_messages(rig: Rig, rng: random.Random) -> None:
    """Up to four copies of what waits, for several workers at once."""
    with suppress(redis.RedisError):
        broker = rig.broker()
        for queue in _queues(CONSUMERS, "events"):
            for message in broker.lrange(queue, 0, 20):
                broker.lpush(queue, *[message] * rng.randint(1, 4))


def reorder_messages(rig: Rig, rng: random.Random) -> None:
    with suppress(redis.RedisError):
        broker = rig.broker()
        for queue in _queues(CONSUMERS, "events"):
            with broker.pipeline() as pipe:  # all at once, or a worker takes one in between
                pipe.lrange(queue, 0, -1)
                pipe.delete(queue)
                messages = pipe.execute()[0]
            if messages:
                broker.rpush(queue, *rng.sample(messages, len(messages)))


def drop_acknowledgements(rig: Rig, rng: random.Random) -> None:
    for _ in range(60):
        with suppress(redis.RedisError):
            rig.broker().delete(*_queues(PRODUCERS, "acks"))
        rig.wait(0.05)


def cut_clients(rig: Rig, rng: random.Random) -> None:
    with suppress(redis.RedisError):
        rig.broker().client_kill_filter(_type="normal", skipme=True)


def _queues(services: Iterable[str], kind: str) -> list[str]:
    return [f"{service}.{kind}" for service in services]


FAULTS = {
    "broker: kill -9": kill_broker,
    "broker: kill -9, its data lost": kill_broker_and_its_data,
    "broker: flapping": flap_broker,
    "broker: FLUSHALL": flush_broker,
    "broker: frozen": freeze_broker,
    "broker: out of memory": fill_broker,
    "broker: all connections cut": cut_clients,
    "messages doubled": double_messages,
    "messages reordered": reorder_messages,
    "acknowledgements dropped": drop_acknowledgements,
}
