"""What clients asked for and what they were told: every call, from its beginning to its answer."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.site import Answer, Unknown, Visitor

OK, FAIL, UNKNOWN = "ok", "fail", "unknown"

# How a command is sent once more, and what its answer means: ok or fail. Raises `Unknown`.
Send = Callable[[Visitor], tuple[str, str]]


@dataclass
class Command:
    """One thing that somebody wants done, however often it is sent. `key` tells its effect from
    all others; `result` is what the answer named (a task's id, a run's)."""

    kind: str
    who: str
    key: str
    send: Send = field(repr=False)
    repeatable: bool = True  # sent again it answers as it did the first time
    begun_at: float = field(default_factory=time.time)
    outcomes: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """Refused counts only if no attempt before may have done it."""
        if OK in self.outcomes:
            return OK
        return UNKNOWN if UNKNOWN in self.outcomes else FAIL

    def attempt(self, visitor: Visitor) -> str:
        try:
            outcome, result = self.send(visitor)
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
                row: dict[str, Any] = asdict(command) | {"outcome": command.outcome}
                row.pop("send")
                lines.write(json.dumps(row) + "\n")


def told(answer: Answer) -> tuple[str, str]:
    """Done, with what the redirect names; or refused. A lost session is no refusal of the deed."""
    if answer.signed_out:
        raise Unknown("signed out")
    return (OK, answer.location) if answer.went_on else (FAIL, "")
