"""Who works during a run, and at what."""

from collections.abc import Sequence
from datetime import date

from tests.faults import calls, deeds
from tests.faults.clients import Client, Deed, Work

HEAVY: tuple[Deed, ...] = (deeds.shuffle, deeds.import_tasks)

# The two of the office race for the same days; some people are played twice, from pages and calls.
JOBS: dict[str, tuple[Sequence[Deed], Sequence[str]]] = {
    "Ann": ([deeds.create], ["worker1", "worker2", "worker3", "manager"]),
    "Bob": ([deeds.create, deeds.complete], ["worker2", "worker3", "worker4", "worker5"]),
    "Cat": ([deeds.complete], ["worker1", "worker2", "worker3"]),
    "Dan": ([calls.complete, calls.create], ["worker4", "worker5"]),
    "Eve": ([*HEAVY, deeds.create], ["manager"]),
    "Fay": ([deeds.close, deeds.correct, deeds.approve], ["accountant"]),
    "Gus": ([deeds.close, deeds.correct, deeds.approve, deeds.hire, deeds.rename], ["admin"]),
}


def crew(work: Work, days: Sequence[date]) -> list[Client]:
    """Everybody, not yet at work; `days` wait to be closed."""
    return [_client(name, work, days) for name in JOBS]


def _client(name: str, work: Work, days: Sequence[date]) -> Client:
    chosen, people = JOBS[name]
    client = Client(name, work, people, list(days))
    client.deeds = chosen
    client.light = [deed for deed in chosen if deed not in HEAVY]
    return client
