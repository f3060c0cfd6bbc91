"""The wires between processes and servers: slow, silent, cut, and cut exactly at a COMMIT."""

import random
from collections.abc import Callable

from tests.faults.proxy import Proxy
from tests.faults.rig import Rig

Break = Callable[[Rig, Proxy, random.Random], None]


def on(name: str, act: Break) -> Callable[[Rig, random.Random], None]:
    def fault(rig: Rig, rng: random.Random) -> None:
        act(rig, rig.proxies[name], rng)

    return fault


def delay(rig: Rig, wire: Proxy, rng: random.Random) -> None:
    wire.delay = rng.choice([0.02, 0.1, 0.3])
    rig.wait(rng.uniform(1, 4))
    wire.delay = 0.0


def reset(rig: Rig, wire: Proxy, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 4)):
        wire.reset()
        rig.wait(rng.uniform(0, 0.5))


def silence(rig: Rig, wire: Proxy, rng: random.Random) -> None:
    """A black hole: nothing arrives and nothing breaks, sometimes longer than patience."""
    wire.fall_silent()
    rig.wait(rng.choice([0.5, 2.0, 4.0, 7.0]))
    wire.speak()


def lose_server(rig: Rig, wire: Proxy, rng: random.Random) -> None:
    """Half-open: clients wait on connections that the server has forgotten."""
    wire.lose_server()
    rig.wait(rng.uniform(1, 8))
    wire.forget()


def lose_clients(rig: Rig, wire: Proxy, rng: random.Random) -> None:
    """Half-open: the server keeps sessions, with their locks, of clients that are gone."""
    wire.lose_clients()
    rig.wait(rng.uniform(1, 8))
    wire.forget()


def cut_commits(rig: Rig, rng: random.Random) -> None:
    """The server gets the COMMIT, the client never hears of it: the outcome is unknown."""
    wire = rig.proxies["database"]
    until = wire.cut + rng.randint(5, 20)
    wire.cuts_commits = True
    for _ in range(100):
        rig.wait(0.03)
        if wire.cut >= until:
            break
    wire.cuts_commits = False


FAULTS = {
    "way to the broker: slow": on("broker", delay),
    "way to the broker: reset": on("broker", reset),
    "way to the broker: silent": on("broker", silence),
    "way to the broker: half-open, server gone": on("broker", lose_server),
    "way to the broker: half-open, clients gone": on("broker", lose_clients),
    "way to the database: slow": on("database", delay),
    "way to the database: reset": on("database", reset),
    "way to the database: silent": on("database", silence),
    "way to the database: half-open, server gone": on("database", lose_server),
    "way to the database: half-open, clients gone": on("database", lose_clients),
    "cut at COMMIT": cut_commits,
}
