"""Places where the process can be made to die, so that tests can show what a crash there costs.

`CRASH_AT=<name>` kills at the first passage of that place, `CRASH_AT=<name>:<n>` at the n-th in
each process; without it nothing happens. Names are literals, so that they can be counted.
"""

import os
from collections import Counter

_passages: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Die here, as by kill -9, if the environment says so."""
    if asked := os.environ.get("CRASH_AT"):
        _crash_if_asked(name, asked)


def _crash_if_asked(name: str, asked: str) -> None:
    place, _, passage = asked.partition(":")
    if place == name:
        _passages[name] += 1
        if _passages[name] == int(passage or 1):
            os.write(2, f"crashed at {name}\n".encode())
            os._exit(137)
