"""The nemesis: whatever can go wrong, one seeded misfortune after the other."""

import random
from collections import Counter
from collections.abc import Callable, Mapping

import psycopg
import redis

from tests.faults import broken_broker, broken_database, broken_network, killed_processes
from tests.faults.rig import Rig

Fault = Callable[[Rig, random.Random], None]

FAULTS: Mapping[str, Fault] = {
    **killed_processes.FAULTS,
    **broken_broker.FAULTS,
    **broken_database.FAULTS,
    **broken_network.FAULTS,
}
PAUSE = (0.2, 2.0)


class Nemesis:
    """`strike` once: every kind comes once before any comes again."""

    def __init__(self, rig: Rig, seed: str, names: list[str] | None = None) -> None:
        self.rig, self.rng = rig, random.Random(f"{seed}:nemesis")  # noqa: S311
        self.names = names or list(FAULTS)
        self.waiting: list[str] = []
        self.struck: Counter[str] = Counter()

    def strike(self) -> str:
        """The name of what was done. TimeoutError when something did not come back."""
        if not self.waiting:
            self.waiting = self.rng.sample(self.names, len(self.names))
        name = self.waiting.pop()
        try:
            FAULTS[name](self.rig, self.rng)
        except (psycopg.Error, redis.RedisError) as error:  # the one before still has its effect
            return f"{name} (not now: {type(error).__name__})"
        self.struck[name] += 1
        return name

    def rest(self) -> None:
        self.rig.wait(self.rng.uniform(*PAUSE))

    @property
    def faults(self) -> int:
        return self.struck.total()
