"""People at work: seeded clients over HTTP, each in a thread of its own.

They do through the pages whatever moves tasks or money, often twice, and repeat with the same key
what was not answered.
"""

import random
import re
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from demo.people import DOMAIN, PASSWORD
from tests.faults.history import UNKNOWN, Command, History, Send, told
from tests.faults.site import Unknown, Visitor, fields

ATTEMPTS = 3
PAUSE = 0.05
WORKERS = [f"worker{number}" for number in range(1, 6)]
_COMPLETE = re.compile(r'action="/tasks/([0-9a-f-]{36})/complete/"')
_ENTRY = re.compile(r'href="/billing/entries/(\d+)/"')
_APPROVE = re.compile(r'action="/billing/corrections/([0-9a-f-]{36})/approve/"')
_PERSON = re.compile(r'href="/people/([0-9a-f-]{36})/"')

Deed = Callable[["Client"], None]


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
    """One thread, one or more people, and the deeds among which it chooses."""

    def __init__(
        self, name: str, work: Work, deeds: Sequence[Deed], people: Sequence[str], days: list[date]
    ) -> None:
        super().__init__(name=name, daemon=True)
        self.rng = random.Random(f"{work.seed}:{name}")  # noqa: S311
        self.history, self.pace, self.deeds = work.history, work.pace, deeds
        self.visitors = {who: Visitor(work.address, f"{who}@{DOMAIN}", PASSWORD) for who in people}
        self.light = [deed for deed in deeds if deed not in (shuffle, import_tasks)]
        self.days = days
        self.over = threading.Event()
        self.number = 0

    def run(self) -> None:
        while not self.over.is_set():
            try:
                self.rng.choice(self.deeds if self.pace.calm else self.light or [create])(self)
            except Unknown:  # a page did not come: nothing was asked for yet
                self.over.wait(0.2)
            self.over.wait(self.rng.uniform(0, 2 * PAUSE))

    def sign_in(self) -> None:
        for who in self.visitors:
            self.signed_in(who)

    def somebody(self) -> tuple[str, Visitor]:
        who = self.rng.choice(sorted(self.visitors))
        return who, self.signed_in(who)

    def signed_in(self, who: str) -> Visitor:
        visitor = self.visitors[who]
        if not visitor.is_signed_in and not visitor.sign_in():
            raise Unknown(f"{who} can't sign in")
        return visitor

    def new_key(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def words(self) -> str:
        """Told by nobody else in this run."""
        self.number += 1
        return f"{self.name} {self.number}"

    def ask(self, kind: str, who: str, key: str, send: Send, *, repeatable: bool = True) -> None:
        """Now and then twice at once, as people click."""
        command = self.history.note(Command(kind, who, key, send, repeatable))
        visitor = self.visitors[who]
        if self.rng.random() < 0.1:
            with ThreadPoolExecutor(2) as clicks:
                list(clicks.map(command.attempt, [visitor, visitor]))
        else:
            command.attempt(visitor)
        while command.outcome == UNKNOWN and len(command.outcomes) < ATTEMPTS and self.patient():
            command.attempt(visitor)

    def patient(self) -> bool:
        return self.rng.random() < 0.7 and not self.over.wait(self.rng.uniform(0, 0.5))


def create(client: Client) -> None:
    who, visitor = client.somebody()
    form = visitor.form("/tasks/new/")
    key = form["idempotency_key"] = client.new_key()
    form |= {"title": client.words(), "jira_id": "", "description": ""}
    client.ask("create", who, key, lambda visitor: told(visitor.post("/tasks/new/", form)))


def complete(client: Client) -> None:
    who, visitor = client.somebody()
    page = visitor.page("/tasks/mine/")
    if not (mine := _COMPLETE.findall(page)):
        return
    task = client.rng.choice(mine)
    path = f"/tasks/{task}/complete/"
    form = fields(page, path)
    client.ask("complete", who, task, lambda visitor: told(visitor.post(path, form)))


def shuffle(client: Client) -> None:
    who, visitor = client.somebody()
    form = visitor.form("/tasks/shuffle/")
    key = form["idempotency_key"] = client.new_key()
    client.ask("shuffle", who, key, lambda visitor: told(visitor.post("/tasks/shuffle/", form)))


def import_tasks(client: Client) -> None:
    """Some of its lines are no tasks."""
    who, visitor = client.somebody()
    form = visitor.form("/tasks/import/")
    key = form["idempotency_key"] = client.new_key()
    name, count = client.words(), client.rng.randint(3, 120)
    lines = [f"{name} line {n}" if n % 7 else f"[{name}] broken {n}" for n in range(1, count)]
    content = "\n".join(lines).encode()
    client.ask(
        "import",
        who,
        key,
        lambda visitor: told(visitor.upload("/tasks/import/", form, f"{name}.txt", content)),
    )


def close(client: Client) -> None:
    """The oldest day that is not known to be closed."""
    who, visitor = client.somebody()
    if not client.days:
        return
    page = f"/billing/days/{client.days[0]}/"
    body = visitor.page(page)
    if f"{page}close/" not in body:
        client.days.pop(0)
        return
    form = fields(body, f"{page}close/")
    client.ask(
        "close", who, str(client.days[0]), lambda visitor: told(visitor.post(f"{page}close/", form))
    )


def correct(client: Client) -> None:
    """A rare mistake: the newest entries would otherwise soon all be reversed."""
    who, visitor = client.somebody()
    entries = _ENTRY.findall(visitor.page("/billing/entries/"))
    if not entries or client.rng.random() > 0.3:
        return
    entry = client.rng.choice(entries)
    path = f"/billing/entries/{entry}/correct/"
    form = visitor.form(f"/billing/entries/{entry}/", path)
    form["reason"] = reason = client.words()
    client.ask(
        "correct", who, reason, lambda visitor: told(visitor.post(path, form)), repeatable=False
    )


def approve(client: Client) -> None:
    who, visitor = client.somebody()
    page = visitor.page("/billing/corrections/")
    if not (waiting := _APPROVE.findall(page)):
        return
    correction = client.rng.choice(waiting)
    path = f"/billing/corrections/{correction}/approve/"
    form = fields(page, path)
    client.ask("approve", who, correction, lambda visitor: told(visitor.post(path, form)))


def hire(client: Client) -> None:
    who, visitor = client.somebody()
    form = visitor.form("/people/new/")
    name = client.words()
    email = f"{name.replace(' ', '.')}@{DOMAIN}"
    form |= {"email": email, "name": name, "role": "worker", "language": "en"}
    client.ask(
        "hire", who, email, lambda visitor: told(visitor.post("/people/new/", form)),
        repeatable=False,
    )  # fmt: skip


def rename(client: Client) -> None:
    who, visitor = client.somebody()
    people = _PERSON.findall(visitor.page("/people/?role=worker"))
    if not people:
        return
    path = f"/people/{client.rng.choice(people)}/"
    form = visitor.form(path, path)
    name = client.words()
    form |= {"name": name, "role": "worker", "reason": "a new name"}
    client.ask(
        "rename", who, name, lambda visitor: told(visitor.post(path, form)), repeatable=False
    )


def crew(work: Work, days: list[date]) -> list[Client]:
    """Everybody who works during a run; the two of the office race for the same days."""

    def one(name: str, deeds: Sequence[Deed], *people: str) -> Client:
        return Client(name, work, deeds, people, list(days))

    return [
        one("Ann", [create], "worker1", "worker2", "worker3", "manager"),
        one("Bob", [create, create, complete], "worker2", "worker3", "worker4", "worker5"),
        one("Cat", [complete], "worker1", "worker2", "worker3"),
        one("Dan", [complete], "worker4", "worker5"),
        one("Eve", [shuffle, import_tasks], "manager"),
        one("Fay", [close, correct, approve], "accountant"),
        one("Gus", [close, correct, approve, hire, rename], "admin"),
    ]
