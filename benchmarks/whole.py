"""The whole system for a benchmark: every process of Procfile.dev but beat, and a browser."""

import http.client
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from django.db import connection
from django.test import Client

from auth_app.models import User
from benchmarks import machine
from supervisor import procfile, state
from supervisor.ports import free_port
from supervisor.processes import Process
from supervisor.system import answers

PATIENCE = 600.0
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')

_OPEN = "SELECT EXISTS (SELECT FROM outbox_delivery WHERE state IN ('due', 'sent'))"


@dataclass
class System:
    port: int
    processes: dict[str, Process]

    def pids(self) -> dict[str, int]:
        return {
            name: process.popen.pid for name, process in self.processes.items() if process.popen
        }

    def cpu(self) -> dict[str, float]:
        """Seconds by process, PostgreSQL's sessions included."""
        roots = self.pids() | {"postgres": _postmaster()}
        return {name: machine.cpu_seconds([pid]) for name, pid in roots.items()}


@contextmanager
def running(broker_url: str) -> Iterator[System]:
    port = free_port()
    environment = dict(os.environ) | {
        "REDIS_URL": broker_url,
        "PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONWARNINGS": "ignore",
    }
    commands = procfile.read(state.PROJECT / "Procfile.dev", environment)
    processes = {
        name: Process(name, command, environment, lambda *_: None)
        for name, command in commands.items()
        if name != "beat"
    }
    try:
        for process in processes.values():
            process.start()
        wait(lambda: answers(port))
        yield System(port, processes)
    finally:
        for process in processes.values():
            process.ask_to_stop()
        for process in processes.values():
            process.stop()


class Browser:
    """A signed-in person's, on a connection that stays open."""

    def __init__(self, port: int, person: User) -> None:
        client = Client()
        client.force_login(person)
        session = client.session
        proof = {"method": "password", "at": time.time(), "reauthenticated": True}
        session["account_authentication_methods"] = [proof]
        session["account_authentication_methods_user"] = str(person.pk)
        session["began_at"] = session["seen_at"] = int(time.time())
        session.save()
        self.cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        self.connection = HTTPConnection("localhost", port, timeout=60)

    def get(self, address: str) -> bytes:
        status, body = self._ask("GET", address, "")
        if status != 200:
            raise SystemExit(f"{address} answers {status}")
        return body

    def press(self, address: str, **fields: str) -> None:
        """Open the page with the button and press it."""
        token = TOKEN.search(self.get(address))
        assert token
        body = urlencode({"csrfmiddlewaretoken": token[1].decode(), **fields})
        status, _ = self._ask("POST", address, body)
        if status not in {200, 302}:
            raise SystemExit(f"{address} answers {status}")

    def _ask(self, method: str, address: str, body: str) -> tuple[int, bytes]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, address, body, headers)
        answer = self.connection.getresponse()
        self._keep_cookies(answer)
        return answer.status, answer.read()

    def _keep_cookies(self, answer: http.client.HTTPResponse) -> None:
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value


def arrived() -> None:
    """Wait until every event has been acknowledged."""
    wait(lambda: not value(_OPEN))


def value(statement: str, *given: int | str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.fetchone()[0])


def wait(condition: Callable[[], object], every: float = 0.05) -> None:
    """`every` so many seconds it is asked for: less often what costs the database something."""
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(f"not within {PATIENCE:.0f} s: {condition}")
        time.sleep(every)


def _postmaster() -> int:
    """The server that this benchmark started, as the parent of the session that asks."""
    backend = value("SELECT pg_backend_pid()")
    return int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
