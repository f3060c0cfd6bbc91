"""Our own processes killed, asked to stop when they are busy, doubled, and kept away."""

import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress

from messaging.relay import LEADER_LOCK
from tests.faults.rig import Rig

WORKERS = (
    "worker-auth",
    "worker-tasks",
    "worker-tasks-jobs",
    "worker-billing",
    "worker-billing-jobs",
    "worker-analytics",
)


def kill_process(name: str) -> Callable[[Rig, random.Random], None]:
    def kill(rig: Rig, rng: random.Random) -> None:
        rig.kill(name)

    return kill


def kill_two_workers(rig: Rig, rng: random.Random) -> None:
    for name in rng.sample(WORKERS, 2):
        rig.kill(name)


def kill_a_pool_child(rig: Rig, rng: random.Random) -> None:
    _kill_a_child(rig, rng, rng.choice(WORKERS))


def kill_a_web_child(rig: Rig, rng: random.Random) -> None:
    _kill_a_child(rig, rng, "web")


def stop_a_busy_worker(rig: Rig, rng: random.Random) -> None:
    """SIGTERM: it finishes what it holds. Its successor starts when it is gone."""
    name = rng.choice(WORKERS)
    rig.processes.processes[name].ask_to_stop()
    rig.await_return(name)


def freeze_a_worker(rig: Rig, rng: random.Random) -> None:
    """It holds its messages and its locks, and comes back as if nothing had been."""
    name = rng.choice(WORKERS)
    rig.signal_process(name, signal.SIGSTOP)
    rig.wait(rng.uniform(1, 6))
    rig.signal_process(name, signal.SIGCONT)


def keep_a_consumer_away(rig: Rig, rng: random.Random) -> None:
    name = rng.choice(("worker-tasks", "worker-billing", "worker-analytics"))
    with rig.kept_away(name):
        rig.wait(rng.uniform(3, 10))


def run_two_relays(rig: Rig, rng: random.Random) -> None:
    """The leader's session is cut while both run; then one of the two is killed."""
    rig.processes.start("relay-2", like="relay")
    rig.wait(2)
    for _ in range(rng.randint(1, 3)):
        with rig.database() as database:
            database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE locktype = 'advisory' AND objid = %s AND granted",
                [LEADER_LOCK],
            )
        rig.wait(rng.uniform(0.2, 1.5))
    rig.kill(rng.choice(["relay", "relay-2"]))
    rig.processes.processes.pop("relay-2").kill()
    rig.expected.discard("relay-2")


def kill_everything(rig: Rig, rng: random.Random) -> None:
    """All of our processes at the same moment: a machine that loses its power, but the servers."""
    for name in list(rig.processes.processes):
        rig.kill(name)
    rig.wait_until(rig.web_answers, "web answers")


def _kill_a_child(rig: Rig, rng: random.Random, name: str) -> None:
    if children := rig.children(name):
        rig.kills += 1
        rig.expected.add(name)
        with suppress(ProcessLookupError):
            os.kill(rng.choice(children), signal.SIGKILL)


FAULTS = {
    **{f"kill -9 {name}": kill_process(name) for name in ("web", "relay", "beat", *WORKERS)},
    "kill -9 two workers": kill_two_workers,
    "kill -9 a pool child": kill_a_pool_child,
    "kill -9 a web child": kill_a_web_child,
    "SIGTERM to a busy worker": stop_a_busy_worker,
    "a worker frozen": freeze_a_worker,
    "a consumer away": keep_a_consumer_away,
    "two relays, the leader's session cut": run_two_relays,
    "kill -9 all processes": kill_everything,
}
