"""However events arrive – late, doubled, in any order, in batches of any size – every service ends
in the same state, to the byte (E3, property-based)."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from operator import itemgetter
from random import Random
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging import contracts, inbox
from messaging.models import OutboxEvent
from tests import canonical, history
from tests.history import Chapter, History, fixed_prices, live, told_since

pytestmark = pytest.mark.django_db

Envelope = dict[str, Any]
CONSUMERS = ("tasks", "billing", "analytics")


class Wire:
    """Everything that is on its way, to be delivered in whatever order `rng` likes."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.under_way: dict[str, list[Envelope]] = {consumer: [] for consumer in CONSUMERS}
        self.past: list[Envelope] = []
        self.position = history.last_position()

    def begin(self, chapter: Chapter) -> None:
        """What it tells, and some of what was heard long ago again."""
        again = self.rng.sample(self.past, len(self.past) // 5)
        self.past += chapter.told
        self.send(chapter.told + again)

    def send(self, envelopes: list[Envelope]) -> None:
        """One to three copies to each consumer."""
        for envelope in envelopes:
            for consumer in contracts.consumers_of(envelope["event_name"]):
                self.under_way[consumer] += [envelope] * self.rng.randint(1, 3)

    def deliver_until_heard(self, by: tuple[str, ...]) -> None:
        while any(self.under_way[consumer] for consumer in by):
            self.deliver(self.rng.choice([who for who in CONSUMERS if self.under_way[who]]))

    def deliver(self, consumer: str) -> None:
        """A random handful; what the consumer tells in turn is on its way too."""
        waiting = self.under_way[consumer]
        self.rng.shuffle(waiting)
        size = self.rng.choice((1, 3, 10, 40, 200))
        batch, waiting[:] = waiting[:size], waiting[size:]
        outcome = inbox.deliver(consumer, batch)
        told = {envelope["event_id"] for envelope in batch}
        assert {str(event.event_id) for event in outcome.applied} == told
        if consumer == "billing":
            self.send_what_billing_tells()

    def send_what_billing_tells(self) -> None:
        told = told_since(self.position, ("billing",))
        self.position = history.last_position()
        self.send(told)


@pytest.fixture
def lived(monkeypatch: pytest.MonkeyPatch) -> History:
    fixed_prices(monkeypatch)
    return live(Random(4))  # noqa: S311


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_any_order_and_any_repetition_gives_the_same_state(lived: History, seed: int) -> None:
    before = canonical.everything()
    with undone():
        forget_all_that_was_heard()
        assert canonical.everything() != before
        tell_again(lived.chapters, Wire(Random(seed)))  # noqa: S311
        assert canonical.everything() == before


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_analytics_is_the_same_to_the_last_column(lived: History, seed: int) -> None:
    before = canonical.analytics()
    with undone():
        told = told_since(0, ("auth", "tasks", "billing"))
        forget_all_that_was_heard()
        wire = Wire(Random(seed))  # noqa: S311
        wire.send(told)
        while wire.under_way["analytics"]:
            wire.deliver("analytics")
        assert canonical.analytics() == before


@pytest.mark.parametrize("thing", ["account_id", "task_id"])
def test_the_versions_of_a_thing_have_no_gaps(lived: History, thing: str) -> None:
    """So that a consumer could see that something is missing."""
    events = OutboxEvent.objects.filter(
        producer="auth" if thing == "account_id" else "tasks", data__has_key="version"
    ).filter(data__has_key=thing)
    versions = sorted((event.data[thing], event.data["version"]) for event in events)
    assert len(versions) > 8
    for _, group in groupby(versions, key=itemgetter(0)):
        numbers = [version for _, version in group]
        assert numbers == list(range(1, len(numbers) + 1))


def tell_again(chapters: list[Chapter], wire: Wire) -> None:
    """What people do comes when billing has heard what came before; the others may lag behind."""
    for chapter in chapters:
        wire.begin(chapter)
        wire.deliver_until_heard(by=("billing",))
        chapter.deed()
        wire.send_what_billing_tells()
    wire.deliver_until_heard(by=CONSUMERS)


def forget_all_that_was_heard() -> None:
    """The tables of every consumer as they were before the first event; the log stays."""
    tables = ["inbox_event", "inbox_failure"]
    for app in ("billing_app", "analytics_app"):
        models = apps.get_app_config(app).get_models()
        tables += [model._meta.db_table for model in models if model._meta.managed]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(tables)}")
        cursor.execute("ALTER TABLE tasks_app_account DISABLE TRIGGER assigned_stays")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("UPDATE tasks_app_task SET fee_cents = NULL, reward_cents = NULL")
        cursor.execute("DELETE FROM tasks_app_account")
        cursor.execute("DELETE FROM outbox_delivery")
        cursor.execute("DELETE FROM outbox_event WHERE producer = 'billing'")


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
