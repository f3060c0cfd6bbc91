"""Real servers for the tests: a PostgreSQL and a Valkey of their own, never the running system's.

A plugin (`-p tests.servers`), because both must answer before Django reads its settings. They start
once a run, in the process that hands tests out; each xdist worker gets a broker database to itself.
"""

import atexit
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from auth_app import signing
from supervisor import leftovers, table
from supervisor.postgres import Postgres
from supervisor.processes import Process
from supervisor.valkey import Valkey

PATIENCE = 60.0
PREFIX = "ates-tests-"
# Nothing here outlives the run, so nothing need reach the disk.
POSTGRES = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
}
ENVIRONMENT = {
    "ATES_LOCAL": "1",
    "BASE_URL": "http://localhost:8000",
    "BUSINESS_TIME_ZONE": "UTC",
    "DEBUG": "0",
    "DEMO": "0",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # the browser's driver keeps a loop in the test's thread
    "SECRET_KEY": "only-for-tests-" + "x" * 50,
}
# What the person's own shell says about a running system is none of the tests' business.
FOREIGN = ("CELERY_BROKER_URL", "EMAIL_URL", "JWT_PRIVATE_KEYS", "PRODUCTION", "SERVICES", "PORT")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Around every plugin's own: pytest-django reads the settings in this very hook."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        os.environ["REDIS_URL"] = broker_of(int(worker.removeprefix("gw")) + 1)
    elif "ATES_TEST_SERVERS" not in os.environ:
        start()
    return (yield)


def broker_of(database: int) -> str:
    return f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{database}"


def start() -> None:
    """The end comes by `atexit`, so a request to stop must end the process in the orderly way."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = new_folder(PREFIX)
    processes: list[Process] = []
    atexit.register(stop, processes, folder)
    postgres = Postgres(folder / "postgres", folder / "postgres.log", "tests", say, POSTGRES)
    valkey = Valkey(folder / "valkey", folder / "valkey.log", "tests", say, {"appendonly": "no"})
    for server in (postgres, valkey):
        processes.append(server.start())
        wait_for(server, processes[-1])
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(ENVIRONMENT, ATES_TEST_SERVERS=str(folder), ATES_VAR=str(folder / "var"))
    os.environ.update(DATABASE_URL=postgres.owner_url, REDIS_URL=valkey.url)
    os.environ["JWT_PRIVATE_KEYS"] = signing.write([signing.new_key()])


def wait_for(server: Postgres | Valkey, process: Process) -> None:
    until = time.monotonic() + PATIENCE
    while not server.ready():
        if not process.alive or time.monotonic() > until:
            sys.exit(f"The tests' {process.name} does not start:\n{server.log.read_text()}")
        time.sleep(0.02)


def new_folder(prefix: str) -> Path:
    """For servers and processes of this run; what an earlier one left is swept away."""
    sweep(prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o711)  # PostgreSQL may have to run as somebody else
    (folder / "owner").write_text(repr(table.seen(os.getpid())))
    return folder


def sweep(prefix: str) -> None:
    """What a run left that was killed: frozen processes, their servers, and its folder."""
    alive = {repr(process) for process in table.everything()}
    for owner in Path(tempfile.gettempdir()).glob(f"{prefix}*/owner"):
        if owner.stat().st_uid == os.geteuid() and owner.read_text() not in alive:
            for records in owner.parent.rglob("children"):
                leftovers.end_leftovers(records)
            shutil.rmtree(owner.parent, ignore_errors=True)


def stop(processes: list[Process], folder: Path) -> None:
    for process in reversed(processes):
        process.stop()
    shutil.rmtree(folder, ignore_errors=True)


def say(name: str, line: str) -> None:
    sys.stderr.write(f"[{name}] {line}\n")
