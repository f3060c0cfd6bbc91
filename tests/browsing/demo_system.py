"""A demo of its own: `make run` and `make demo` in a folder that is thrown away."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from supervisor.ports import free_port
from supervisor.state import PROJECT
from tests.servers import new_folder

PATIENCE = 120.0
MANAGE = [sys.executable, "manage.py"]


@contextmanager
def demo_system() -> Iterator[str]:
    """Its address; the process that asks belongs to it from now on (`ATES_VAR`)."""
    folder, port = new_folder("ates-screenshots-"), free_port()
    os.environ.update(ATES_VAR=str(folder / "var"), DEMO="1", PORT=str(port))
    running = subprocess.Popen([*MANAGE, "runall"], cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        url = f"http://localhost:{port}"
        wait_for(url, running)
        subprocess.run([*MANAGE, "seed_demo", "--week", "--seed", "7"], cwd=PROJECT, check=True)
        yield url
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait()
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(url: str, running: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while not ready(url):
        if running.poll() is not None or time.monotonic() > until:
            sys.exit("The demo does not start.")
        time.sleep(0.2)


def ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/readyz") as answer:  # noqa: S310 our own
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
