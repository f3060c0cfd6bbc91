"""The processes of Procfile.dev in a run with faults, and commands beside them."""

import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

from supervisor import state
from tests.running import Running
from tests.servers import ENVIRONMENT

# Sent again soon: nobody waits half a minute for each message that a fault has eaten.
QUICK = {
    "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
    "DEMO": "1",
    "RETRY_SECONDS": "4:30",
    "LOG_LEVEL": "INFO",
}


class Refused(Exception):
    """A command ended with another status than 0."""


class Processes(Running):
    """The processes of Procfile.dev, their words in a file."""

    def __init__(self, database_url: str, broker_url: str, folder: Path) -> None:
        super().__init__(database_url, broker_url, folder)
        self.environment |= ENVIRONMENT | QUICK | {"BASE_URL": self.url}
        self.log: TextIO = (folder / "processes.log").open("a", buffering=1)

    def start_all(self) -> None:
        """And beat, that ticks."""
        for name in self.commands:
            self.start(name)

    def hear(self, name: str, line: str) -> None:
        super().hear(name, line)
        if not self.log.closed:  # the last words of one that was killed come from another thread
            self.log.write(f"{time.time():.3f} [{name}] {line}\n")

    def run(self, *command: str, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=state.PROJECT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            words = f"{done.stdout}\n{done.stderr}".strip()[-4000:]
            raise Refused(f"{' '.join(command)} ended with status {done.returncode}: {words}")
        return done.stdout

    def attempt(self, *command: str, **environment: str) -> str:
        """What a management command complains of; nothing if it succeeds."""
        try:
            self.run("manage.py", *command, **environment)
        except Refused as error:
            return str(error)
        return ""
