"""The relay brings what is due, through a real broker, and does not fill it."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from auth_app import refresh
from auth_app.models import User
from messaging import canaries, inbox, jobs, outbox_deliveries, relay
from messaging.models import OutboxDelivery
from messaging.outbox import Fact, publish
from supervisor.state import PROJECT
from tests.delivery import empty_queues, work_off
from tests.messaging.test_outbox_deliveries import tell

pytestmark = pytest.mark.django_db
PROCFILE = PROJECT / "Procfile"
WORKERS = re.compile(r"celery .* worker .*-Q (\S+)")


@pytest.fixture(autouse=True)
def _quiet_broker() -> None:
    empty_queues()


def test_what_is_due_arrives_and_is_acknowledged() -> None:
    tell(3)
    assert relay.relay_once() == 3
    assert work_off("analytics.events") == 1
    assert work_off("tasks.acks") == 1
    assert set(OutboxDelivery.objects.values_list("state", flat=True)) == {"acked"}


def assigned() -> Fact:
    ids = {f"{of}_id": str(uuid7()) for of in ("task", "account", "assignment", "shuffle")}
    return Fact("tasks.task_assigned", 1, {**ids, "version": 2}, at=timezone.now())


def test_a_consumer_that_is_away_does_not_fill_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "MAX_WAITING", 2)
    tell()
    for _ in range(5):
        relay.relay_once()
        OutboxDelivery.objects.update(next_attempt_at=timezone.now())
    assert relay.waiting("analytics.events") == 2
    work_off("analytics.events")
    assert relay.relay_once() == 1


def test_read_models_wait_while_others_have_much_in_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shuffle is charged before it is counted."""
    monkeypatch.setattr(relay, "CLAIM", 2)
    monkeypatch.setattr(relay, "BATCH", 1)
    with transaction.atomic():
        publish([assigned() for _ in range(3)])
    assert relay.relay_once(read_models_too=False) == 2
    assert relay.waiting("analytics.events") == 0
    assert relay.relay_once(read_models_too=True) == 1 + 1
    assert relay.waiting("analytics.events") == 1
    empty_queues()
    OutboxDelivery.objects.filter(consumer="billing").update(state="acked")
    assert relay.relay_once(read_models_too=False) == 2
    assert relay.waiting("analytics.events") == 2


def test_who_may_do_what_is_brought_before_what_was_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After a shuffle of 100,000 a dismissal would wait behind minutes of counting."""
    monkeypatch.setattr(relay, "CLAIM", 2)
    with transaction.atomic():
        publish([assigned() for _ in range(3)])
    family, _ = refresh.begin(User.objects.register("wanda@popug.example", "Wanda", None))
    relay.relay_once()
    empty_queues()
    family.user.end_sessions()
    relay.relay_once()
    brought = OutboxDelivery.objects.filter(event__event_name="auth.sign_in_ended", state="sent")
    assert brought.count() == 3


def test_a_malformed_event_in_the_queue_lands_in_the_dead_letters_and_its_neighbours_go_on() -> (
    None
):
    tell()
    jobs.deliver.apply_async(args=["analytics", [None]], queue="analytics.events")
    relay.relay_once()
    assert work_off("analytics.events") == 2
    assert work_off("tasks.acks") == 1
    assert OutboxDelivery.objects.get().state == "acked"


def parked() -> OutboxDelivery:
    tell()
    relay.relay_once()
    empty_queues()
    delivery = OutboxDelivery.objects.get()
    outbox_deliveries.settle("analytics", [], [delivery.event.event_id])
    return delivery


def hours_pass() -> None:
    OutboxDelivery.objects.update(next_attempt_at=timezone.now())


def test_what_is_parked_is_asked_about_again_but_not_soon() -> None:
    parked()
    assert relay.ask_about_kept() == 0
    hours_pass()
    assert (relay.relay_once(), relay.ask_about_kept(), relay.ask_about_kept()) == (0, 1, 0)
    assert OutboxDelivery.objects.get().state == "parked"


def test_a_lost_acknowledgement_of_a_replay_heals() -> None:
    delivery = parked()
    inbox.deliver("analytics", [delivery.event.as_event().envelope()])  # as a replay would
    hours_pass()
    relay.ask_about_kept()
    work_off("analytics.events")
    work_off("tasks.acks")
    delivery.refresh_from_db()
    assert delivery.state == "acked"


def test_what_is_discarded_is_never_sent_again() -> None:
    delivery = parked()
    jobs.acknowledge("analytics", [], [], [str(delivery.event.event_id)])
    hours_pass()
    assert (relay.relay_once(), relay.ask_about_kept()) == (0, 0)
    delivery.refresh_from_db()
    assert delivery.state == "discarded"


def test_an_acknowledgement_with_two_lists_is_understood() -> None:
    tell()
    relay.relay_once()
    event_id = str(OutboxDelivery.objects.get().event.event_id)
    jobs.acknowledge.apply_async(args=["analytics", [event_id], []], queue="tasks.acks")
    work_off("tasks.acks")
    assert OutboxDelivery.objects.get().state == "acked"


def test_canaries_are_sent_where_nothing_lies() -> None:
    tell()
    relay.relay_once()
    for _ in range(3):
        canaries.send(relay.waiting)
    depths = {queue: relay.waiting(queue) for queue in canaries.queues()}
    assert set(depths.values()) == {1}


def test_every_queue_with_a_canary_is_served() -> None:
    served = {queue for line in WORKERS.findall(PROCFILE.read_text()) for queue in line.split(",")}
    assert set(canaries.queues()) == served


def leader() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database "
            "WHERE locktype = 'advisory' AND objid = %s AND granted "
            "AND datname = current_database()",
            [relay.LEADER_LOCK],
        )
        row = cursor.fetchone()
        return row[0] if row else None


def cut(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def next_leader(but: int | None = None) -> int:
    until = time.monotonic() + 30
    while (pid := leader()) in (None, but):
        assert time.monotonic() < until
        threading.Event().wait(0.02)
    assert pid
    return pid


@pytest.fixture
def relays(transactional_db: None) -> Iterator[list[relay.Relay]]:
    """Two of them, in threads of their own."""
    both = [relay.Relay(), relay.Relay()]
    threads = [threading.Thread(target=one.run) for one in both]
    for thread in threads:
        thread.start()
    yield both
    for one in both:
        one.stop.set()
    for thread in threads:
        thread.join()


@pytest.mark.usefixtures("relays")
def test_when_the_leaders_session_is_cut_another_one_leads() -> None:
    first = next_leader()
    cut(first)
    assert next_leader(but=first)
    tell()
    while OutboxDelivery.objects.filter(state="due").exists():
        threading.Event().wait(0.02)
    assert OutboxDelivery.objects.get().attempts == 1


@pytest.mark.django_db(transaction=True)
def test_a_leader_that_is_cut_off_while_it_publishes_stops_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[str] = []

    def cut_off(consumer: str, *_: object) -> None:
        sent.append(consumer)
        with connection.cursor() as cursor, suppress(OperationalError):
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    tell(3)
    monkeypatch.setattr(relay, "BATCH", 1)
    monkeypatch.setattr(relay, "_send", cut_off)
    with pytest.raises((OperationalError, InterfaceError)):
        relay.relay_once()
    connection.close()
    assert sent == ["analytics"]


def test_a_few_events_wait_for_company_and_a_full_batch_for_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A message for every event would cost the consumer two commits each."""
    leader, rounds = relay.Relay(), iter([3, relay.BATCH, 0])
    waits: list[float | None] = []

    def bring(read_models_too: bool) -> int:
        if (sent := next(rounds)) == 0:
            leader.stop.set()
        return sent

    monkeypatch.setattr(relay, "relay_once", bring)
    monkeypatch.setattr(leader.stop, "wait", waits.append)
    leader._lead()
    assert waits == [relay.POLL_SECONDS] * 2
