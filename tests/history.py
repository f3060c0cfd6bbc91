"""Two business days lived through the product's verbs, recorded so that they can be told again.

A history is a list of chapters: what auth and tasks told, and then what people did in billing
(closing, correcting), which no event tells and which therefore keeps its place.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from auth_app.models import User
from billing_app import closing, correcting, prices
from billing_app.models import Entry, Kind
from messaging.business_day import business_zone, today
from messaging.context import acting
from messaging.models import OutboxEvent
from tasks_app import counting, shuffle
from tasks_app.models import Task
from tests.delivery import deliver_everything

Deed = Callable[[], object]


@dataclass
class Chapter:
    """Envelopes in order of writing, and the deed that follows once billing has heard them."""

    told: list[dict[str, Any]]
    deed: Deed


class History:
    def __init__(self) -> None:
        self.chapters: list[Chapter] = []
        self.position = 0

    def then(self, deed: Deed) -> None:
        """End a chapter: deliver all of it, and do what follows."""
        deliver_everything()
        self.chapters.append(Chapter(told_since(self.position, ("auth", "tasks")), deed))
        self.position = last_position()
        deed()
        deliver_everything()


def fixed_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chance be a function of the task, so that a task is as dear the second time."""
    chance = "(abs(hashtextextended(task::text || '{salt}', 0)) %% 1000003 / 1000003.0)"
    drawn = prices._DRAWN
    for salt in ("fee", "reward"):
        drawn = drawn.replace("random()", chance.format(salt=salt), 1)
    monkeypatch.setattr(prices, "_DRAWN", drawn)


def live(rng: Random) -> History:
    """Needs an empty system."""
    history = History()
    people = hire()
    workers = [person for person in people.values() if person.role in ("worker", "accountant")]
    boss, books, checker = (people[who].public_id for who in ("Mona", "Arthur", "Ada"))
    first, second = today() - timedelta(days=2), today() - timedelta(days=1)

    create(first, 14, rng, workers)
    deliver_everything()
    complete(first, 0.8, rng)
    move(first, boss)
    people["Coco"].change(role="manager")
    people["Rio"].change(name="Río Conure")
    history.then(lambda: closing.close(first, by=books))
    counting.count_days(at(second, 1))
    reverse_one(history, Kind.FEE, books, checker)

    people["Kiki"].deactivate()
    create(second, 10, rng, workers)
    complete(first, 0.2, rng)  # late: told after its day was closed
    move(second, boss)
    people["Coco"].change(role="worker")
    people["Kiki"].reactivate()
    move(second, boss)
    complete(second, 0.7, rng)
    reverse_one(history, Kind.REWARD, books, checker)
    history.then(lambda: closing.close(second, by=None))
    counting.count_days()
    history.then(lambda: None)
    return history


def hire() -> dict[str, User]:
    staff = [("Ada", "admin"), ("Mona", "manager"), ("Arthur", "accountant")]
    staff += [(name, "worker") for name in ("Polly", "Coco", "Rio", "Kiki", "Jaco")]
    hired = {
        name: User.objects.register(f"{name.lower()}@popug.example", name, None, role=role)
        for name, role in staff
    }
    deliver_everything()
    return hired


def create(day: date, count: int, rng: Random, by: list[User]) -> None:
    for number in range(count):
        with acting(rng.choice(by).public_id):
            jira_id = f"UBERPOP-{number + 1}" if number % 3 else ""
            moment = at(day, 8 + number % 4)
            Task.create(title=f"Feed parrot {number}", jira_id=jira_id, at=moment)


def move(day: date, by: UUID) -> None:
    deliver_everything()
    with acting(by):
        shuffle.go_on(shuffle.start(by, key=str(uuid7())).pk, at=at(day, 13))


def complete(day: date, share: float, rng: Random) -> None:
    for task in Task.objects.open().order_by("pk"):
        if rng.random() < share:
            with acting(task.assignee_id):
                task.complete(task.assignee_id, at=at(day, rng.randint(14, 20)))


def reverse_one(history: History, kind: Kind, asks: UUID, approves: UUID) -> None:
    deliver_everything()
    others = Entry.objects.exclude(account__public_id__in=[asks, approves])
    source = others.filter(kind=kind, reverses=None).order_by("pk")[0].source_id

    def deed() -> None:
        wrong = Entry.objects.get(source_id=source, kind=kind)
        correcting.approve(correcting.request(wrong, "Booked by mistake", asks), approves)

    history.then(deed)


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), business_zone())


def last_position() -> int:
    return OutboxEvent.objects.order_by("-position").values_list("position", flat=True)[0]


def told_since(position: int, producers: tuple[str, ...]) -> list[dict[str, Any]]:
    """As they went over the wire."""
    events = OutboxEvent.objects.filter(position__gt=position, producer__in=producers)
    rows = [event.as_event().envelope() for event in events.order_by("position")]
    return list(json.loads(json.dumps(rows)))
