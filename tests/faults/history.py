"""What clients asked for and what they were told: every call, from its beginning to its answer."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.faults.site import Answer, Unknown

OK, FAIL, UNKNOWN = "ok", "fail", "unknown"
WRITTEN = ("kind", "key", "begun_at", "outcomes", "results", "errors")

# Sends a command once more; what its answer means, ok or fail, and what it names. Raises `Unknown`.
Send = Callable[[], tuple[str, str]]


class Sender(Protocol):
    """A person with a browser, or a program; `who` is the name they sign in with."""

    who: str

    @property
    def is_signed_in(self) -> bool: ...

    def sign_in(self) -> bool: ...


@dataclass
class Command:
    """One thing that somebody wants done, however often it is sent. `key` tells its effect from
    all others; `result` is what the answer named (a task's id, a run's)."""

    kind: str
    sender: Sender = field(repr=False)
    key: str
    send: Send = field(repr=False)
    repeatable: bool = True  # sent again it answers as it did the first time
    begun_at: float = field(default_factory=time.time)
    outcomes: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def who(self) -> str:
        return self.sender.who

    @property
    def outcome(self) -> str:
        """Refused counts only if no attempt before may have done it."""
        if OK in self.outcomes:
            return OK
        return UNKNOWN if UNKNOWN in self.outcomes else FAIL

    def attempt(self) -> str:
        try:
            if not (self.sender.is_signed_in or self.sender.sign_in()):
                raise Unknown("not signed in")
            outcome, result = self.send()
        except Unknown as error:
            outcome, result = UNKNOWN, ""
            self.errors.append(str(error))
        self.outcomes.append(outcome)
        if result:
            self.results.append(result)
        return outcome


class History:
    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.lock = threading.Lock()

    def note(self, command: Command) -> Command:
        with self.lock:
            self.commands.append(command)
        return command

    def of(self, kind: str) -> list[Command]:
        return [command for command in self.commands if command.kind == kind]

    def counts(self) -> dict[str, dict[str, int]]:
        kinds = sorted({command.kind for command in self.commands})
        return {kind: dict(Counter(command.outcome for command in self.of(kind))) for kind in kinds}

    def write(self, path: Path) -> None:
        with path.open("w") as lines:
            for command in self.commands:
                row = {name: value for name, value in vars(command).items() if name in WRITTEN}
                lines.write(
                    json.dumps(row | {"who": command.who, "outcome": command.outcome}) + "\n"
                )


def told(answer: Answer) -> tuple[str, str]:
    """Done, with what the redirect names; or refused. A lost session is no refusal of the deed."""
    if answer.signed_out:
        raise Unknown("signed out")
    return (OK, answer.location) if answer.went_on else (FAIL, "")
