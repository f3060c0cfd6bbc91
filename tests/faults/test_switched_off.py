"""The tests' own test: with a part of the mechanism switched off they find what it prevents.

Each scenario runs twice, once with the part as it is. What is switched off is in
`tests.faults.sabotage`; the product has no such switches.
"""

from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest
import redis
from django.utils import timezone

from auth_app.models import User
from messaging.context import acting
from messaging.models import InboxEvent, OutboxDelivery
from tasks_app.models import Account, Task
from tests.delivery import soon_again
from tests.faults import poison
from tests.faults.invariants import violations
from tests.faults.sabotage import SABOTAGED
from tests.running import Running, nothing_on_the_way

TITLES = ("One", "Two", "Three")
LONG = 120.0  # seconds; what works takes one
SHORT = 5.0  # and what does not work does not work after this either
Start = Callable[[str, str], None]


@pytest.fixture
def start(system: Running) -> Iterator[Start]:
    """Start a process anew with parts switched off; afterwards it is as it was."""
    started = []

    def anew(name: str, switched_off: str) -> None:
        if not switched_off:
            return
        started.append(name)
        system.kill(name)
        system.lines.clear()
        system.start(name, **SABOTAGED, SABOTAGE=switched_off)

    yield anew
    for name in started:
        system.kill(name)
        system.start(name)


@pytest.mark.parametrize("switched_off", ["", "inbox"])
def test_without_the_inbox_something_is_doubled(
    switched_off: str, system: Running, start: Start
) -> None:
    start("worker-analytics", switched_off)
    work(system)
    system.settle()
    OutboxDelivery.objects.update(state="due", next_attempt_at=timezone.now())  # as if unheard of
    system.settle()
    assert found(system, "I13a") == found(system, "I13b") == bool(switched_off)


@pytest.mark.parametrize("switched_off", ["", "acknowledgement"])
def test_without_acknowledgements_something_is_lost(
    switched_off: str, system: Running, start: Start
) -> None:
    start("relay", switched_off)
    hire(system)
    system.kill("worker-analytics")
    work(system)
    broker = redis.Redis.from_url(system.environment["REDIS_URL"])
    system.wait_until(lambda: broker.llen("analytics.events"), what="the broker has it")
    broker.flushdb()
    system.start("worker-analytics")
    soon_again()
    system.settle()
    assert found(system, "I7a") == bool(switched_off)


@pytest.mark.parametrize("switched_off", ["", "splitting"])
def test_without_splitting_one_bad_event_holds_up_its_neighbours(
    switched_off: str, system: Running, start: Start
) -> None:
    start("worker-billing", switched_off)
    hire(system)
    system.kill("relay")
    with psycopg.connect(system.environment["DATABASE_URL"]) as database:
        poison.publish_from_the_future(database, str(uuid4()))
    work(system)
    system.start("relay")
    charged = InboxEvent.objects.filter(consumer="billing", event_name="tasks.task_assigned")
    if switched_off:
        wait_for_line(system, "a batch failed as a whole")
    assert within(system, lambda: charged.count() == len(TITLES), switched_off) != bool(
        switched_off
    )


@pytest.mark.parametrize("switched_off", ["", "transport"])
def test_without_the_transports_cure_a_worker_is_wedged(
    switched_off: str, system: Running, start: Start
) -> None:
    """In both runs the broker goes away while the first message is acknowledged to it."""
    start("worker-analytics", f"lost acknowledgement,{switched_off}")
    hire(system)
    wait_for_line(system, "Couldn't ack")
    work(system)
    assert within(system, nothing_on_the_way, switched_off) != bool(switched_off)


def hire(system: Running) -> None:
    User.objects.register("kiki@popug.example", "Kiki", None, role="worker")
    system.wait_until(Account.objects.exists, what="the tracker knows somebody")


def work(system: Running) -> None:
    if not Account.objects.exists():
        hire(system)
    with acting():
        for title in TITLES:
            Task.create(title=title)


def found(system: Running, invariant: str) -> bool:
    with psycopg.connect(system.environment["DATABASE_URL"]) as database:
        return bool(violations(database, only=(invariant,)))


def within(system: Running, condition: Callable[[], bool], switched_off: str) -> bool:
    """Whether it came true."""
    try:
        system.wait_until(condition, SHORT if switched_off else LONG)
    except pytest.fail.Exception:
        return False
    return True


def wait_for_line(system: Running, words: str) -> None:
    system.wait_until(lambda: any(words in line for line in list(system.lines)), LONG, words)
