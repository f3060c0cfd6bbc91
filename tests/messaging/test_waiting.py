"""An event that came too early waits, burns nothing, and is applied with what it waited for."""

import threading
from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from uuid_utils.compat import uuid7

from auth_app.models import User
from messaging import failures, inbox, waiting
from messaging.event import Event, Handler, NotYet
from messaging.models import DeadLetter, InboxFailure, InboxWaiting, OutboxDelivery
from tests.delivery import deliver_everything
from tests.messaging.deliveries import consume, told
from tests.messaging.test_outbox_deliveries import tell

FIRST, SECOND, THIRD = uuid7(), uuid7(), uuid7()
CHAIN = {SECOND: FIRST, THIRD: SECOND}


def after(needs: Mapping[UUID, UUID]) -> Handler:
    """A handler that can apply some shuffles only after others."""

    def handle(events: Sequence[Event]) -> None:
        for event in events:
            shuffle = UUID(event.data["shuffle_id"])
            if shuffle in needs and not seen(needs[shuffle]):
                raise NotYet(f"shuffle:{needs[shuffle]}")
            User(email=f"{event.event_id}@popug.example", name=str(shuffle)).save()

    return handle


def seen(shuffle: UUID) -> bool:
    return User.objects.filter(name=str(shuffle)).exists()


def deliver(*shuffles: UUID) -> inbox.Outcome:
    return inbox.deliver("analytics", [told(shuffle=shuffle) for shuffle in shuffles])


@pytest.fixture
def _chain(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    consume(monkeypatch, after(CHAIN))


@pytest.mark.usefixtures("_chain")
def test_an_event_that_comes_too_early_is_kept_and_counted_nowhere() -> None:
    early = told(shuffle=SECOND)
    for _ in range(failures.MAX_ATTEMPTS + 1):
        outcome = inbox.deliver("analytics", [early])
        assert [str(event.event_id) for event in outcome.waiting] == [early["event_id"]]
    assert InboxWaiting.objects.get().envelope == early
    assert not InboxFailure.objects.exists()
    assert not DeadLetter.objects.exists()


@pytest.mark.usefixtures("_chain")
def test_it_is_applied_with_what_it_waited_for() -> None:
    deliver(SECOND)
    assert len(deliver(FIRST).applied) == 2
    assert seen(SECOND)
    assert not InboxWaiting.objects.exists()


@pytest.mark.usefixtures("_chain")
def test_whoever_waited_for_one_that_waited_follows() -> None:
    deliver(THIRD)
    deliver(SECOND)
    assert len(deliver(FIRST).applied) == 3


@pytest.mark.usefixtures("_chain")
@pytest.mark.parametrize("order", list(permutations([FIRST, SECOND, THIRD])))
def test_in_one_batch_any_order_will_do(order: Sequence[UUID]) -> None:
    deliver(*order)
    assert all(seen(shuffle) for shuffle in order)
    assert not InboxWaiting.objects.exists()


@pytest.mark.usefixtures("_chain")
def test_what_waits_holds_no_neighbour_up() -> None:
    outcome = deliver(*(uuid7() for _ in range(5)), SECOND, *(uuid7() for _ in range(5)))
    assert (len(outcome.applied), len(outcome.waiting)) == (10, 1)


def test_one_that_fails_when_released_is_not_lost(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = told(13, shuffle=SECOND)
    consume(monkeypatch, after(CHAIN))
    inbox.deliver("analytics", [early])
    consume(monkeypatch, failing_at_13)
    assert len(deliver(FIRST).applied) == 1
    assert inbox.deliver("analytics", [early]) == inbox.Outcome()
    assert InboxFailure.objects.get().attempts == 1


def failing_at_13(events: Sequence[Event]) -> None:
    if any(event.data["count"] == 13 for event in events):
        raise ValueError("thirteen")


def test_the_producer_is_told_and_its_window_stays_open(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_: Sequence[Event]) -> None:
        raise NotYet("shuffle:never")

    consume(monkeypatch, never)
    tell(3)
    deliver_everything()
    assert set(OutboxDelivery.objects.values_list("state", flat=True)) == {"waiting"}


@pytest.mark.django_db(transaction=True)
def test_neither_misses_the_other_when_both_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The early one has looked and found nothing; before it is kept, the other one commits."""
    consume(monkeypatch, after(CHAIN))
    with transaction.atomic():
        inbox.apply("analytics", [])  # holds the lock, as a batch with FIRST would
        early = threading.Thread(target=deliver_and_close, args=[SECOND])
        early.start()
        wait_for_a_waiter()
        User(email="first@popug.example", name=str(FIRST)).save()
    early.join()
    assert seen(SECOND)
    assert not InboxWaiting.objects.exists()


def deliver_and_close(shuffle: UUID) -> None:
    deliver(shuffle)
    connection.close()


def wait_for_a_waiter() -> None:
    with connection.cursor() as cursor:
        cursor.execute("""
            DO $$ BEGIN
              WHILE NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)
              LOOP PERFORM pg_sleep(0.01); END LOOP;
            END $$""")


def test_the_keys_of_an_event_come_from_the_ids_in_its_data() -> None:
    data: dict[str, Any] = {"task_id": "t", "account_id": "a", "shuffle_id": None, "title": "x"}
    event = Event.of(told() | {"data": data})
    assert waiting.keys(event) == {"task:t", "account:a"}
