"""A whole system in a folder of its own, started as a person would."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from supervisor import state, table
from supervisor.ports import free_port
from supervisor.system import answers

PATIENCE = 60.0
PROCFILE = """
web: granian --interface wsgi --host 127.0.0.1 --port $PORT --workers 1 --no-ws \
--blocking-threads 1 --log-level warning config.wsgi:application
relay: python manage.py relay
worker: celery -q -A config worker -n all@%h -Q auth.acks -c 1 -l WARNING --without-gossip \
--without-mingle
"""
FOREIGN = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "BASE_URL", "DEMO", "ATES_LOCAL")


class Local:
    def __init__(self, folder: Path) -> None:
        self.var = folder / "var"
        self.port = free_port()
        self.procfile = folder / "Procfile"
        self.procfile.write_text(PROCFILE.replace("\\\n", ""))
        self.output = folder / "output"
        self.popen: subprocess.Popen[bytes] | None = None

    def start(self, **environment: str) -> None:
        command = [sys.executable, "manage.py", "runall", "--procfile", str(self.procfile)]
        with self.output.open("wb") as output:
            self.popen = subprocess.Popen(
                command,
                cwd=state.PROJECT,
                env=self.environment() | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        return kept | {"ATES_VAR": str(self.var), "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}

    def said(self) -> str:
        return self.output.read_text()

    def is_up(self) -> bool:
        assert self.popen
        assert self.popen.poll() is None, self.said()
        return "Ctrl-C stops everything" in self.said()

    def start_and_wait(self) -> None:
        self.start()
        wait_until(self.is_up, self.said)

    def refused(self, **environment: str) -> str:
        """What a start that must not succeed says."""
        self.start(**environment)
        assert self.wait() == 1
        return self.said()

    def wait(self) -> int:
        assert self.popen
        return self.popen.wait(PATIENCE)

    def signal(self, number: signal.Signals) -> None:
        assert self.popen
        os.killpg(self.popen.pid, number)

    def record(self, name: str) -> dict[str, str]:
        return state.read_json(self.var / "run" / "children" / f"{name}.json")

    def sessions(self) -> set[int]:
        names = [path.stem for path in (self.var / "run" / "children").glob("*.json")]
        return {int(self.record(name)["pid"]) for name in names}

    def web_answers(self) -> bool:
        return answers(self.port)

    def ready(self) -> bool:
        """With its database, unlike /healthz."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": "localhost"})
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()

    def end(self) -> None:
        if self.popen and self.popen.poll() is None:
            self.signal(signal.SIGTERM)
            self.wait()


def alive(sessions: set[int]) -> list[table.Seen]:
    return [process for process in table.everything() if process.session in sessions]


def wait_until(condition: Callable[[], object], why: Callable[[], str] = str) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, why()
        time.sleep(0.05)


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Local]:
    system = Local(tmp_path)
    yield system
    system.end()
