"""The whole system on servers of its own, which may be killed: nobody else's tests lean on them.

Processes reach the servers through proxies, the checker goes past them. What dies is started again,
as a supervisor would, but at once.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import redis

from supervisor import table
from supervisor.postgres import APPLICATION, Postgres
from supervisor.processes import Process, how
from supervisor.system import answers
from supervisor.valkey import Valkey
from tests.faults.processes import Processes
from tests.faults.proxy import Proxy

PATIENCE = 120.0
_OPEN = """
SELECT (SELECT count(*) FROM outbox_delivery WHERE state IN ('due', 'sent'))
     + (SELECT count(*) FROM tasks_app_shufflerun WHERE status = 'running')
     + (SELECT count(*) FROM tasks_app_importrun WHERE status = 'running')
"""


def _unheard(name: str, line: str) -> None:
    """That a server is started again is no news here."""


class Rig:
    """`watch` must be called often, from the main thread: it starts again what has died."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kills = 0
        self.expected: set[str] = set()  # who has been made to end, and was not seen ended yet
        self.away: set[str] = set()  # who is not to be started again yet
        self.ended: Counter[str] = Counter()  # who ended by themselves
        records = folder / "children"
        records.mkdir(parents=True, exist_ok=True)
        log = folder / "servers.log"
        self.postgres = Postgres(folder / "postgres", log, "chaos", _unheard, {}, records)
        self.valkey = Valkey(folder / "valkey", log, "chaos", _unheard, {}, records)
        self.servers: dict[str, Process] = {}
        self.proxies: dict[str, Proxy] = {}

    # --- start and end ---

    def start(self) -> None:
        for server in (self.postgres, self.valkey):
            process = server.start()
            self.servers[process.name] = process
            self.wait_until(server.ready, f"{process.name} answers")
        self.to_database = self.proxy("database", self.postgres.port)
        self.to_broker = self.proxy("broker", self.valkey.port)
        self.processes = Processes(
            self.postgres.url.replace(str(self.postgres.port), str(self.to_database.port)),
            self.valkey.url.replace(str(self.valkey.port), str(self.to_broker.port)),
            self.folder,
        )
        owner = {"DATABASE_URL": self.postgres.owner_url, "DATABASE_APP_ROLE": APPLICATION}
        self.processes.run("manage.py", "prepare", **self.direct | owner)

    def proxy(self, name: str, port: int) -> Proxy:
        made = self.proxies[name] = Proxy(port)
        made.start()
        return made

    def start_processes(self) -> None:
        self.processes.start_all()
        self.wait_until(self.web_answers, "web answers")

    def stop(self) -> None:
        for proxy in self.proxies.values():
            proxy.speak()
        for server in self.servers.values():
            self.signal_process(server.name, signal.SIGCONT)
        if hasattr(self, "processes"):
            self.processes.stop_all()
            self.processes.log.close()
        for server in reversed(self.servers.values()):
            server.stop()
        for proxy in self.proxies.values():
            proxy.stop()

    @property
    def direct(self) -> dict[str, str]:
        """Past the proxies."""
        return {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.valkey.url}

    # --- watching ---

    def watch(self) -> None:
        for process in [*self.servers.values(), *self.processes.processes.values()]:
            if process.name in self.away:
                continue
            if process.popen is not None and not process.alive and process.again_at is None:
                self.notice(process)
            process.watch()

    def notice(self, process: Process) -> None:
        process.failures = 0
        if process.name not in self.expected and process.name not in self.servers:
            self.ended[process.name] += 1
            self.processes.hear(process.name, f"ended by itself: {how(process.returncode or 0)}")
        self.expected.discard(process.name)

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if hasattr(self, "processes"):
                self.watch()
            time.sleep(0.02)

    def wait_until(
        self, condition: Callable[[], Any], what: str, patience: float = PATIENCE
    ) -> float:
        """Seconds until the condition held; TimeoutError if it never does."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > patience:
                raise TimeoutError(f"not within {patience:.0f} s: {what}")
            self.wait(0.05)
        return time.monotonic() - began

    def wait_for_servers(self) -> None:
        for server in (self.postgres, self.valkey):
            self.wait_until(server.ready, f"{type(server).__name__} answers")

    # --- hands on the servers ---

    def broker(self) -> redis.Redis:
        """Past the proxy, with little patience."""
        return redis.Redis.from_url(self.valkey.url, socket_timeout=2, socket_connect_timeout=2)

    @contextmanager
    def database(self) -> Iterator[psycopg.Connection]:
        """As its owner, past the proxy."""
        url = self.postgres.owner_url
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            yield connection

    def quiet(self) -> bool:
        """Every event has arrived, every run is over."""
        with suppress(psycopg.OperationalError):
            return not self.value(_OPEN)
        return False

    def open_deliveries(self) -> int:
        query = "SELECT count(*) FROM outbox_delivery WHERE state IN ('due', 'sent')"
        with suppress(psycopg.OperationalError):
            return int(self.value(query))
        return 0

    def value(self, query: str) -> Any:
        with self.database() as connection:
            row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None

    def process(self, name: str) -> Process:
        return self.servers.get(name) or self.processes.processes[name]

    def signal_process(self, name: str, number: signal.Signals) -> None:
        """To it and all that it has started."""
        popen = self.process(name).popen
        for one in table.members(popen.pid) if popen else []:
            with suppress(ProcessLookupError):
                os.kill(one.pid, number)

    def kill(self, name: str) -> None:
        """kill -9, with all it started; `watch` starts it again."""
        self.kills += 1
        self.expected.add(name)
        self.process(name).kill()

    @contextmanager
    def kept_away(self, name: str) -> Iterator[None]:
        """It is asked to stop, and starts again afterwards."""
        self.away.add(name)
        self.process(name).stop()
        yield
        self.away.discard(name)
        self.process(name).start()

    def await_return(self, name: str) -> None:
        """Until it has ended and lives again."""
        process = self.process(name)
        before = process.started_at
        self.expected.add(name)
        self.wait_until(lambda: process.alive and process.started_at > before, f"{name} is back")

    def web_answers(self) -> bool:
        return answers(self.processes.port)

    def children(self, name: str) -> list[int]:
        """The pool processes of a worker, or the workers of the web."""
        popen = self.processes.processes[name].popen
        if popen is None:
            return []
        return [one.pid for one in table.members(popen.pid) if one.pid != popen.pid]

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.processes.url)
        return "127.0.0.1", parts.port or 80
