"""Peers, installed into an environment of their own, doing the same work on the same server."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import RUNS, Figure, figure, say
from supervisor import state

WANTED = ["django==5.2.19", "django-hordak==2.0.0", "psycopg[binary]==3.3.9"]


def hordak(database_url: str, count: int) -> Figure:
    measured = _run("one", database_url, count)
    return figure("django-hordak, one transfer a commit", "entries/s", measured)


def hordak_bulk(database_url: str, count: int) -> Figure:
    measured = _run("bulk", database_url, count)
    return figure("django-hordak, bulk_create of 1,000 transfers", "entries/s", measured)


def _run(how: str, database_url: str, count: int) -> list[float]:
    script = Path(__file__).with_name("hordak_peer.py")
    command = [str(_environment()), str(script), how, database_url, str(count), str(RUNS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the peer failed:\n{done.stderr[-2000:]}")
    measured: list[float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def _environment() -> Path:
    folder = state.PROJECT / "var" / "bench-peers"
    python = folder / "bin" / "python"
    if not (folder / "installed").exists():
        say("installing the peers into an environment of their own …")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run(
            [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *WANTED],
            check=True,
        )
        (folder / "installed").touch()
    return python
