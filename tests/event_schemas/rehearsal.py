"""A company of popugs that works on while its events change (E2): the load, and the proof."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from analytics_app.models import DayTotal
from analytics_app.models import Task as AnalyticsTask
from billing_app.models import Entry, Kind, Price
from billing_app.models import Task as BillingTask
from billing_app.proofs import prove
from event_schemas.titles import join_title, split_old_title
from messaging import inbox, outbox_deliveries
from messaging.event import Event, Impossible
from messaging.models import DeadLetter, OutboxDelivery
from messaging.replay import replay
from tasks_app import shuffle
from tasks_app.models import Assignment, Task
from tests.delivery import deliver, deliver_everything, on_the_wire
from tests.tasks_app import old_tracker

NAME = "tasks.task_created"
REAL = (Path(__file__).parent.parent / "data" / "flume_task_titles.txt").read_text().splitlines()
SEPARATORS = (" — ", " – ", ": ", " ", "", "\u00a0- ")
ODD = ("No key", "[ПОПУГ-1] — Крылья", "[A-1] [B-2] Two", "Fix [this]", "[A-3]", "[A-4] \u200b")


def old_titles() -> Iterator[str]:
    """Thousands: every real one as it is, and once more in another of the ways people typed it."""
    yield from REAL
    for number, title in enumerate(REAL):
        key, _, words = title.partition("] - ")
        yield f"{key}]{SEPARATORS[number % len(SEPARATORS)]}{words}"
    yield from ODD


class Company:
    """Its load is seeded; what it ever called a task is kept to be compared."""

    def __init__(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings, self.monkeypatch = settings, monkeypatch
        self.chance = random.Random(42)  # noqa: S311
        self.names: dict[UUID, tuple[str, str]] = {}
        self.letters: list[int] = []

    def tell(self, *versions: int) -> None:
        """As if every producer had been started anew with this setting."""
        self.settings.VERSIONS_TOLD = {NAME: list(versions)}

    def begin(self) -> None:
        """Thousands of old tasks; some events applied, some parked at billing, most in flight.
        The table has to be open."""
        self.tell(1)
        self._know(old_tracker.create(old_titles()))
        self.park(on_the_wire("billing", 60))
        deliver("analytics", on_the_wire("analytics", 900))
        self.complete(80)

    def work(self, count: int = 8) -> None:
        """What people do meanwhile; half of what it sets off is delivered, some twice."""
        fresh = self._fresh(count)
        Task.create_all(fresh)
        self._know(fresh)
        self.complete(count)
        for consumer in ("billing", "analytics", "tasks"):
            envelopes = on_the_wire(consumer, count)
            deliver(consumer, self.chance.sample(envelopes, len(envelopes)))
            deliver(consumer, envelopes)

    def complete(self, count: int) -> None:
        open_ones = list(Task.objects.open().order_by("pk").values_list("pk", flat=True))
        chosen = self.chance.sample(open_ones, min(count, len(open_ones)))
        for task in Task.objects.filter(pk__in=chosen).order_by("pk"):
            assert task.complete(task.assignee_id)

    def shuffle(self) -> None:
        shuffle.go_on(shuffle.start(None).pk)

    def park(self, envelopes: Sequence[Any]) -> None:
        """Billing has a bad minute: every new task that it is told of seems impossible to it."""

        def refuse(_: Sequence[Event]) -> None:
            raise Impossible("a bad minute")

        handlers = dict(inbox.subscriptions("billing")) | {(NAME, 2): refuse}
        with self.monkeypatch.context() as minute:
            minute.setattr(inbox, "subscriptions", lambda _: handlers)
            deliver("billing", list(envelopes))
        parked = DeadLetter.objects.parked().exclude(pk__in=self.letters)
        self.letters += parked.values_list("pk", flat=True)

    def replay_all(self) -> None:
        settled = [done for letter in self.letters if (done := replay(letter))]
        applied = [event.event_id for done in settled for event in done.applied]
        assert len(applied) == len(self.letters)
        outbox_deliveries.settle("billing", applied, [])
        self.letters.clear()

    def settle(self) -> None:
        """Everything arrives; nothing new may be parked or left over."""
        deliver_everything()
        parked = DeadLetter.objects.parked().order_by("pk")
        assert list(parked.values_list("pk", flat=True)) == sorted(self.letters)
        assert not OutboxDelivery.objects.filter(state__in=["due", "sent"]).exists()

    def prove(self) -> None:
        """Nothing is lost, nothing charged twice, and everybody calls every task the same."""
        self.settle()
        assert [check.name for check in prove() if not check.ok] == []
        drawn = set(Assignment.objects.values_list("public_id", flat=True))
        done = {task.completion_id for task in Task.objects.completed() if task.completion_id}
        assert (booked(Kind.FEE), booked(Kind.REWARD)) == (sorted(drawn), sorted(done))
        assert set(Price.objects.values_list("task_id", flat=True)) == set(self.names)
        [day] = DayTotal.objects.all()
        assert (day.assignments, day.completions) == (len(drawn), len(done))
        self.prove_names()

    def prove_names(self) -> None:
        unheard = {UUID(letter.envelope["data"]["task_id"]) for letter in self._parked()}
        assert called(AnalyticsTask) == self.names
        assert called(BillingTask) == {k: v for k, v in self.names.items() if k not in unheard}
        ours = {k: split_old_title(join_title(*v)) for k, v in called(Task).items()}
        assert {k: (title, key or "") for k, (title, key) in ours.items()} == self.names

    def _parked(self) -> Iterator[DeadLetter]:
        return DeadLetter.objects.filter(pk__in=self.letters).iterator()

    def _fresh(self, count: int) -> list[Task]:
        keys = [f"NEW-{self.chance.randrange(10**6)}" for _ in range(count)]
        return [
            Task(title=f"Polish {key}", jira_id=key if n % 3 else "") for n, key in enumerate(keys)
        ]

    def _know(self, tasks: Sequence[Task]) -> None:
        for task in tasks:
            title, key = split_old_title(join_title(task.title, task.jira_id))
            self.names[task.public_id] = (title, key or "")


def booked(kind: Kind) -> list[UUID]:
    return sorted(Entry.objects.filter(kind=kind).values_list("source_id", flat=True))


def called(kept: Any) -> dict[UUID, tuple[str, str]]:
    rows = kept.objects.values_list("public_id", "title", "jira_id")
    return {public_id: (title, key) for public_id, title, key in rows}
