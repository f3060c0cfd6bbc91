"""Peers, installed into an environment of their own, doing the same work on the same servers."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import redis

from benchmarks.measure import RUNS, Figure, figure, say
from supervisor import state

WANTED = [
    "django==5.2.19",
    "django-hordak==2.0.0",
    "psycopg[binary,pool]==3.3.9",
    "dramatiq[redis]==2.2.1",
    "procrastinate==3.10.0",
]
PATIENCE = 120.0


def hordak(database_url: str, count: int) -> Figure:
    measured = _run("one", database_url, count)
    return figure("django-hordak, one transfer a commit", "entries/s", measured)


def hordak_bulk(database_url: str, count: int) -> Figure:
    measured = _run("bulk", database_url, count)
    return figure("django-hordak, bulk_create of 1,000 transfers", "entries/s", measured)


def procrastinate(database_url: str, count: int) -> Figure:
    measured = _measured("procrastinate_peer.py", database_url, str(count), str(RUNS))
    return figure("a stock procrastinate, no-op tasks, ten at once", "tasks/s", measured)


def dramatiq(broker_url: str, count: int) -> Figure:
    measured = [_dramatiq(broker_url, count) for _ in range(RUNS)]
    return figure("a stock dramatiq, no-op tasks, two processes", "tasks/s", measured)


def _dramatiq(broker_url: str, count: int) -> float:
    """The messages lie ready before the worker starts; the clock runs while it is at full speed."""
    python, here = _environment(), Path(__file__).parent
    environment = dict(os.environ) | {"PEER_BROKER": broker_url}
    command = [str(python), "dramatiq_peer.py", str(count)]
    subprocess.run(command, cwd=here, env=environment, check=True)
    worker = subprocess.Popen(
        [str(python.with_name("dramatiq")), "dramatiq_peer", "--processes", "2"],
        cwd=here,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return _full_speed(redis.Redis.from_url(broker_url), count)
    finally:
        worker.terminate()
        worker.wait()


def _full_speed(broker: redis.Redis, count: int) -> float:
    _wait_until_fewer(broker, count * 9 // 10)
    first, began = _left(broker), time.perf_counter()
    _wait_until_fewer(broker, count // 10)
    return (first - _left(broker)) / (time.perf_counter() - began)


def _wait_until_fewer(broker: redis.Redis, count: int) -> None:
    until = time.monotonic() + PATIENCE
    while _left(broker) > count:
        if time.monotonic() > until:
            raise SystemExit("the peer does not work off its messages")
        time.sleep(0.01)


def _left(broker: redis.Redis) -> int:
    return int(broker.llen("dramatiq:default"))


def _run(how: str, database_url: str, count: int) -> list[float]:
    return _measured("hordak_peer.py", how, database_url, str(count), str(RUNS))


def _measured(script: str, *arguments: str) -> list[float]:
    command = [str(_environment()), str(Path(__file__).with_name(script)), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the peer failed:\n{done.stderr[-2000:]}")
    measured: list[float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def _environment() -> Path:
    folder = state.PROJECT / "var" / "bench-peers"
    python = folder / "bin" / "python"
    installed, wanted = folder / "installed", "\n".join(WANTED)
    if not installed.exists() or installed.read_text() != wanted:
        say("installing the peers into an environment of their own …")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *WANTED],
            check=True,
        )
        installed.write_text(wanted)
    return python
