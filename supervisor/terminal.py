"""What a person sees while the system runs: each line under the name of the process it is from."""

import sys
import threading
import time
from contextlib import suppress

COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)

BANNER = """
  aTES runs at {address}   (started in {seconds:.1f} s)
{people}
  Ctrl-C stops everything.
"""
DEMO_PEOPLE = """
  Sign in as   admin@popug.example
               manager@popug.example
               accountant@popug.example
               worker1@popug.example … worker5@popug.example
  Password     popug-demo-1
"""


class Terminal:
    def __init__(self) -> None:
        self.began = time.monotonic()
        self.coloured = sys.stdout.isatty()
        self.lock = threading.Lock()
        self.names: list[str] = ["run"]

    def say(self, name: str, line: str) -> None:
        self.write(f"{self.prefix(name)} {line}\n")

    def banner(self, address: str, demo: bool) -> None:
        seconds, people = time.monotonic() - self.began, DEMO_PEOPLE if demo else ""
        self.write(BANNER.format(address=address, seconds=seconds, people=people) + "\n")

    def write(self, text: str) -> None:
        """A terminal that went away must not take the system with it."""
        with self.lock, suppress(OSError):
            sys.stdout.write(text)
            sys.stdout.flush()

    def prefix(self, name: str) -> str:
        if name not in self.names:
            self.names.append(name)
        if not self.coloured:
            return f"[{name}]"
        colour = COLOURS[self.names.index(name) % len(COLOURS)]
        return f"\033[{colour}m[{name}]\033[0m"
