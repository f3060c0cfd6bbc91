"""`system`: the real processes of Procfile.dev, on the test's own database and broker.

They are frozen between the tests that use them, while the tables are emptied under them: nothing
moves, nothing holds a lock. They end when tests of another kind come, which expect to be alone.
"""

import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as configured
from django.db import connection
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from access import duties
from supervisor import procfile, state, table
from supervisor.ports import free_port
from supervisor.postgres import APPLICATION, OWNER
from supervisor.processes import Process
from supervisor.system import answers

PATIENCE = 120.0  # nothing is expected to take so long; a busy machine may
ARGON2 = "django.contrib.auth.hashers.Argon2PasswordHasher"
RUNNING = pytest.StashKey["Running"]()
PLACES = ("tests/faults/", "tests/journeys/", "tests/supervisor/test_running.py")


class Running:
    """The handles a test has on the processes: `kill`, `start`, `restart`, `wait_until`."""

    def __init__(self, database_url: str, broker_url: str, folder: Path) -> None:
        (folder / "children").mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.folder = folder
        self.lines: deque[str] = deque(maxlen=400)
        self.environment = dict(os.environ) | {
            "ATES_VAR": str(folder),
            "BASE_URL": self.url,
            "DATABASE_URL": database_url,
            "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore",
            "REDIS_URL": broker_url,
        }
        self.commands = procfile.read(state.PROJECT / "Procfile.dev", self.environment)
        self.processes: dict[str, Process] = {}

    @property
    def mail_dir(self) -> Path:
        return self.folder / "mail"

    def start(self, name: str, like: str = "", **environment: str) -> None:
        """`start("relay-2", like="relay")` starts one more of a kind."""
        assert not self.alive(name), f"{name} would be forgotten, and run on"
        command = self.commands[like or name]
        self.processes[name] = Process(
            name,
            command,
            self.environment | environment,
            self.hear,
            orphan_signal=signal.SIGKILL,  # the only one that a frozen process heeds
            records=self.folder / "children",
        )
        self.processes[name].start()

    def start_all(self) -> None:
        """Whatever does not run; beat only when a test asks for it."""
        for name in self.commands:
            if name != "beat" and not self.alive(name):
                self.start(name)
        self.wait_until(lambda: answers(self.port), what="web answers")

    def alive(self, name: str) -> bool:
        return name in self.processes and self.processes[name].alive

    def kill(self, name: str) -> None:
        """kill -9, with all it started."""
        self.processes[name].kill()

    def stop(self, name: str) -> None:
        self.processes[name].stop()

    def restart(self, name: str) -> None:
        self.stop(name)
        self.start(name)

    def stop_all(self) -> None:
        self.signal_all(signal.SIGCONT)
        for process in self.processes.values():
            process.ask_to_stop()
        for process in self.processes.values():
            process.stop()

    def wait_until(
        self, condition: Callable[[], Any], timeout: float = PATIENCE, what: str = ""
    ) -> Any:
        """The first truth the condition gives; a test fails when it never does."""
        until = time.monotonic() + timeout
        while not (found := condition()):
            if time.monotonic() > until:
                pytest.fail(f"not within {timeout:.0f} s: {what or condition}")
            time.sleep(0.05)
        return found

    def settle(self, timeout: float = PATIENCE) -> None:
        """Until every event has reached every consumer, or lies with its dead letters."""
        self.wait_until(nothing_on_the_way, timeout, "every event has arrived")

    def freeze(self) -> None:
        """Between transactions, so that none of them holds a lock."""
        for _ in range(200):
            self.signal_all(signal.SIGSTOP)
            if not busy_connections():
                return
            self.thaw()
            time.sleep(0.02)
        self.stop_all()

    def thaw(self) -> None:
        self.signal_all(signal.SIGCONT)

    def signal_all(self, number: signal.Signals) -> None:
        sessions = {process.popen.pid for process in self.processes.values() if process.popen}
        for process in table.everything():
            if process.session in sessions:
                os.kill(process.pid, number)

    def hear(self, name: str, line: str) -> None:
        self.lines.append(f"[{name}] {line}")


def nothing_on_the_way() -> bool:
    return count("FROM outbox_delivery WHERE state IN ('due', 'sent')") == 0


def busy_connections() -> int:
    return count(
        "FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND state <> 'idle'"
    )


def count(rows: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {rows}")
        return int(cursor.fetchone()[0])


@pytest.fixture(scope="session")
def _processes(
    pytestconfig: pytest.Config, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Running]:
    database = configured.DATABASES["default"]["NAME"]
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    url = f"{server.replace(f'//{OWNER}:', f'//{APPLICATION}:')}/{database}"
    with django_db_blocker.unblock():
        duties.grant(APPLICATION)
    folder = Path(os.environ["ATES_TEST_SERVERS"]) / f"var-{database}"
    running = Running(url, own_broker(os.environ["REDIS_URL"]), folder)
    pytestconfig.stash[RUNNING] = running
    yield running
    running.stop_all()


@pytest.fixture
def system(
    transactional_db: None, settings: Any, _processes: Running
) -> Generator[Running, None, None]:
    """The whole running system on this test's database; `system.url` is its address."""
    settings.PASSWORD_HASHERS = [ARGON2]  # as the processes check them
    settings.MAIL_DIR = _processes.mail_dir
    settings.BASE_URL = _processes.url
    forget_mail_and_messages(_processes)
    _processes.thaw()
    _processes.start_all()
    yield _processes
    for name in set(_processes.processes) - set(_processes.commands) | {"beat"}:
        if _processes.alive(name):
            _processes.stop(name)
    _processes.freeze()


def own_broker(url: str) -> str:
    """Not the test process's: a frozen worker would still be handed what other tests send."""
    server, _, database = url.rpartition("/")
    return f"{server}/{int(database) + 32}"


def forget_mail_and_messages(running: Running) -> None:
    for letter in running.mail_dir.glob("*"):
        letter.unlink()
    redis.Redis.from_url(running.environment["REDIS_URL"]).flushdb()


class OneSystem(LoadScopeScheduling):
    """Gives every test that needs the system to one test process: two whole systems at once would
    only wait for each other. By place, since the process that hands tests out knows no more."""

    def _split_scope(self, nodeid: str) -> str:
        return "system" if nodeid.startswith(PLACES) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneSystem:
    return OneSystem(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, None, None]:
    """Here and not in the fixture: the last test of those places may be one that needs none."""
    try:
        yield
    finally:
        stays = nextitem is not None and nextitem.nodeid.startswith(PLACES)
        running = item.config.stash.get(RUNNING, None)
        if running and not stays and any(map(running.alive, running.processes)):
            running.stop_all()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    running = getattr(item, "funcargs", {}).get("system")
    if report.failed and isinstance(running, Running):
        report.sections.append(("what the processes said", "\n".join(running.lines)))
    return report
