"""Other sessions and other processes on this test's database, for races and for kills."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from supervisor import state
from tests.delivery import published

PATIENCE = 20.0
Meanwhile = Callable[..., "Future[Any]"]


def database_url() -> str:
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    return f"{server}/{settings.DATABASES['default']['NAME']}"


@contextmanager
def holding(statement: str) -> Iterator[psycopg.Connection]:
    """Another session that has done this and does not end its transaction before the block does."""
    with psycopg.connect(database_url()) as session:
        session.execute(statement)
        yield session
        session.rollback()


@contextmanager
def meanwhile() -> Iterator[Meanwhile]:
    """Run something in a thread, on a connection of its own."""
    with ThreadPoolExecutor(8) as pool:
        yield lambda act, *args: pool.submit(_act, act, *args)


def _act(act: Callable[..., Any], *args: Any) -> Any:
    try:
        return act(*args)
    finally:
        connection.close()


@contextmanager
def command(*words: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`manage.py …` as a process of its own."""
    inherited = dict(os.environ) | {"DATABASE_URL": database_url()} | environment
    process = subprocess.Popen(
        [sys.executable, "manage.py", *words], cwd=state.PROJECT, env=inherited
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def wait_for(condition: Callable[[], Any], what: str) -> None:
    until = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < until, f"never: {what}"
        sleep(0.01)


def somebody_waits() -> None:
    wait_for(lambda: waiting() > 0, "somebody waits for a lock")


def waiting() -> int:
    """Sessions that wait for a lock."""
    return _count("wait_event_type = 'Lock'")


def everybody_else_has_gone() -> None:
    """A killed client's session ends only when it tries to answer."""
    wait_for(lambda: _count("state <> 'idle'") == 0, "the other sessions have ended")


def told(name: str) -> int:
    return len(published(name))


def _count(condition: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            f" AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND {condition}"
        )
        return int(cursor.fetchone()[0])
