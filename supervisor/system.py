"""The whole of a local aTES: servers, migrations, the processes of a Procfile; then in reverse."""

import http.client
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import psycopg
import redis

from supervisor import leftovers, ports, procfile, state
from supervisor.postgres import APPLICATION, Postgres
from supervisor.processes import Process
from supervisor.state import CannotStart
from supervisor.terminal import Terminal
from supervisor.valkey import Valkey

LOOK_SECONDS = 0.1
WEB_PATIENCE = 60.0
SERVER_PATIENCE = 15.0
# True, and of no use to somebody who tries the product out on one machine.
QUIETED = ("You're running the worker with superuser privileges", "No directory at")


class Stopped(Exception):
    """Somebody asked us to stop."""


class System:
    def __init__(self, terminal: Terminal, procfile: Path) -> None:
        self.terminal = terminal
        self.procfile = procfile
        self.environment = self.first_environment()
        self.servers: list[Process] = []
        self.processes: list[Process] = []
        self.asked_to_stop = 0

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.on_signal)
        try:
            self.start()
            while True:
                self.watch()
        except Stopped:
            self.terminal.say("run", "stopping …")
        finally:
            self.stop()
        self.terminal.say("run", "everything is stopped")

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop += 1

    def start(self) -> None:
        self.records = state.run_dir() / "children"
        if ended := leftovers.end_leftovers(self.records):
            self.terminal.say("run", f"ended {ended} processes an earlier run had left behind")
        # What was killed a moment ago may hold its port until its last thread is gone.
        port = ports.chosen_port(self.environment["PORT"], patience=3.0 if ended else 0.0)
        self.start_postgres()
        self.start_valkey()
        state.announce(self.announced())
        self.prepare()
        self.start_processes(port)
        self.terminal.banner(self.environment["BASE_URL"], self.environment["DEMO"] == "1")

    # --- servers ---

    def start_postgres(self) -> None:
        if "DATABASE_URL" in self.environment:
            return must_answer("DATABASE_URL", self.environment["DATABASE_URL"], ask_postgres)
        server = Postgres(
            state.var_dir() / "postgres",
            state.var_dir() / "log" / "postgres.log",
            state.secret("postgres_password"),
            self.terminal.say,
            settings={},
            records=self.records,
        )
        self.start_server(server)
        self.environment |= {
            "DATABASE_URL": server.url,
            "DATABASE_OWNER_URL": server.owner_url,
            "DATABASE_APP_ROLE": APPLICATION,
        }
        return None

    def start_valkey(self) -> None:
        if "REDIS_URL" in self.environment:
            return must_answer("REDIS_URL", self.environment["REDIS_URL"], ask_redis)
        if "CELERY_BROKER_URL" in self.environment:
            return None
        server = Valkey(
            state.var_dir() / "valkey",
            state.var_dir() / "log" / "valkey.log",
            state.secret("valkey_password"),
            self.terminal.say,
            settings={},
            records=self.records,
        )
        self.start_server(server)
        self.environment["REDIS_URL"] = server.url
        return None

    def start_server(self, server: Postgres | Valkey) -> None:
        """A server that recovers may take its time; one that keeps dying is reported."""
        process = server.start()
        self.servers.append(process)
        remark_at = time.monotonic() + SERVER_PATIENCE
        while not server.ready():
            self.watch()
            if time.monotonic() > remark_at:
                self.terminal.say("run", f"{process.name} is still starting, see {server.log}")
                remark_at += SERVER_PATIENCE
            if process.failures > 4:
                raise CannotStart(f"{process.name} does not start; its words are in {server.log}")

    # --- processes ---

    def prepare(self) -> None:
        """As the owner of the database. Its lines are shown only if it fails."""
        lines: list[str] = []
        owner = self.environment.get("DATABASE_OWNER_URL", self.environment["DATABASE_URL"])
        process = Process(
            "prepare",
            [sys.executable, "manage.py", "prepare"],
            self.environment | {"DATABASE_URL": owner},
            lambda _, line: lines.append(line),
        )
        process.start()
        self.processes.append(process)
        while process.alive:
            self.look()
        self.processes.remove(process)
        process.kill()
        if process.returncode:
            for line in lines:
                self.terminal.say(process.name, line)
            raise CannotStart("the database could not be prepared, see above.")

    def start_processes(self, port: int) -> None:
        """The web first, alone: a person waits for it, and nobody yet for the others."""
        shutil.rmtree(metrics_dir(), ignore_errors=True)  # the times of an earlier run
        commands = procfile.read(self.procfile, self.environment)
        for name, command in commands.items():
            process = Process(
                name, command, self.environment, self.terminal.say, records=self.records
            )
            process.start()
            self.processes.append(process)
            if name == "web":
                self.wait_for_web(port)

    def wait_for_web(self, port: int) -> None:
        until = time.monotonic() + WEB_PATIENCE
        while not answers(port):
            self.watch()
            if time.monotonic() > until:
                self.terminal.say("run", "web does not answer yet; see the lines above")
                break

    # --- watching and stopping ---

    def watch(self) -> None:
        self.look()
        for process in (*self.servers, *self.processes):
            process.watch()

    def look(self) -> None:
        if self.asked_to_stop:
            raise Stopped
        time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Clients first: a task that is being done ends before what it writes to."""
        self.stop_together(self.processes)
        for server in reversed(self.servers):
            server.stop()

    def stop_together(self, processes: list[Process]) -> None:
        began, asked = time.monotonic(), self.asked_to_stop
        for process in processes:
            process.ask_to_stop()
        while any(self.may_go_on(process, began, asked) for process in processes):
            time.sleep(0.02)
        for process in processes:
            process.kill()

    def may_go_on(self, process: Process, began: float, asked: int) -> bool:
        hurried = self.asked_to_stop > max(asked, 1)
        return process.alive and not hurried and time.monotonic() - began < process.grace

    # --- environment ---

    def first_environment(self) -> dict[str, str]:
        given = {name: value for name, value in os.environ.items() if value}
        port = given.get("PORT", "8000")
        ours = {
            "ATES_LOCAL": "1",
            "ATES_VAR": str(state.var_dir()),
            "BASE_URL": f"http://localhost:{port}",
            "DEMO": "1",
            "PORT": port,
            "PROMETHEUS_MULTIPROC_DIR": str(metrics_dir()),
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": ",".join(f"ignore:{text}" for text in QUIETED),
            "SECRET_KEY": state.secret("secret_key"),
        }
        programs = Path(sys.executable).parent
        return ours | given | {"PATH": f"{programs}{os.pathsep}{given.get('PATH', os.defpath)}"}

    def announced(self) -> dict[str, str]:
        names = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "SECRET_KEY", "BASE_URL", "DEMO")
        return {name: self.environment[name] for name in names if name in self.environment}


def metrics_dir() -> Path:
    """Where processes that have ended leave their times for those that answer `/metrics`."""
    return state.run_dir() / "metrics"


def must_answer(name: str, url: str, ask: Callable[[str], None]) -> None:
    try:
        ask(url)
    except (OSError, ValueError, psycopg.Error, redis.RedisError) as error:
        reason = str(error).strip().splitlines()[-1]
        shown = urlsplit(url).hostname
        raise CannotStart(f"{name} is set, but {shown} does not answer: {reason}") from error


def ask_postgres(url: str) -> None:
    psycopg.connect(url, connect_timeout=5).close()


def ask_redis(url: str) -> None:
    redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5).ping()


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
