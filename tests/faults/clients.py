"""People at work: seeded clients over HTTP, each in a thread of its own.

They do whatever moves tasks or money, often twice, and repeat with the same key what was not
answered. What they do is in `deeds` (through the pages) and `calls` (through the API).
"""

import random
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from tests.faults.history import UNKNOWN, Command, History, Send, Sender
from tests.faults.program import Program
from tests.faults.site import Unknown, Visitor

ATTEMPTS = 3
PAUSE = 0.05

Deed = Callable[["Client"], None]
S = TypeVar("S", bound=Sender)


@dataclass
class Pace:
    """`calm` while so little is under way that more may be begun at once."""

    calm: bool = True


@dataclass(frozen=True)
class Work:
    """What all clients of a run share."""

    seed: str
    address: tuple[str, int]
    history: History
    pace: Pace


class Client(threading.Thread):
    """One thread, the people whom it plays, and the deeds among which it chooses: `light` ones
    when much is under way. `days` are those that it may close."""

    def __init__(self, name: str, work: Work, people: Sequence[str], days: list[date]) -> None:
        super().__init__(name=name, daemon=True)
        self.rng = random.Random(f"{work.seed}:{name}")  # noqa: S311
        self.history, self.pace = work.history, work.pace
        self.people = [Visitor(work.address, who) for who in people]
        self.programs = [Program(work.address, who) for who in people]
        self.days = days
        self.deeds: Sequence[Deed] = []
        self.light: Sequence[Deed] = []
        self.over = threading.Event()
        self.number = 0

    def run(self) -> None:
        while not self.over.is_set():
            try:
                self.rng.choice(self.deeds if self.pace.calm else self.light)(self)
            except Unknown:  # a page did not come: nothing was asked for yet
                self.over.wait(0.2)
            self.over.wait(self.rng.uniform(0, 2 * PAUSE))

    def person(self) -> Visitor:
        return signed_in(self.rng.choice(self.people))

    def program(self) -> Program:
        return signed_in(self.rng.choice(self.programs))

    def new_key(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def words(self) -> str:
        """Told by nobody else in this run."""
        self.number += 1
        return f"{self.name} {self.number}"

    def ask(
        self, kind: str, sender: Sender, key: str, send: Send, *, repeatable: bool = True
    ) -> None:
        """Now and then twice at once, as people click."""
        command = self.history.note(Command(kind, sender, key, send, repeatable))
        if self.rng.random() < 0.1:
            with ThreadPoolExecutor(2) as clicks:
                list(clicks.map(lambda _: command.attempt(), range(2)))
        else:
            command.attempt()
        while command.outcome == UNKNOWN and len(command.outcomes) < ATTEMPTS and self.patient():
            command.attempt()

    def patient(self) -> bool:
        return self.rng.random() < 0.7 and not self.over.wait(self.rng.uniform(0, 0.5))


def signed_in(sender: S) -> S:
    if not sender.is_signed_in and not sender.sign_in():
        raise Unknown(f"{sender.who} can't sign in")
    return sender
