"""`manage.py rebuild`: a read model is made anew from the event log, to the byte as it was."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from access import duties
from analytics_app.models import Account
from auth_app.models import User
from messaging import inbox, rebuilding
from messaging.models import DeadLetter, InboxEvent, OutboxDelivery, OutboxEvent, Rebuild
from supervisor.postgres import APPLICATION
from tests import canonical
from tests.conftest import ClientFor, Hire
from tests.delivery import deliver_everything
from tests.history import live

pytestmark = pytest.mark.django_db


def rebuild(service: str = "analytics") -> str:
    said = StringIO()
    call_command("rebuild", service, stdout=said)
    return said.getvalue()


@pytest.fixture
def lived() -> bytes:
    live(Random(1))  # noqa: S311
    return canonical.analytics()


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "PORTION", 7)


@pytest.fixture
def as_application() -> Iterator[None]:
    duties.grant(APPLICATION)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APPLICATION}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@pytest.mark.usefixtures("small_portions")
def test_it_ends_in_the_state_it_began_with(lived: bytes) -> None:
    applied = InboxEvent.objects.filter(consumer="analytics").count()
    assert "analytics is rebuilt" in rebuild()
    assert canonical.analytics() == lived
    assert InboxEvent.objects.filter(consumer="analytics").count() == applied


def test_it_mends_what_was_spoilt(lived: bytes) -> None:
    Account.objects.update(balance_cents=13, name="?")
    rebuild()
    assert canonical.analytics() == lived


def test_the_application_may_do_it(lived: bytes, as_application: None) -> None:
    rebuild()
    assert canonical.analytics() == lived


def test_the_application_may_forget_nothing_else(as_application: None) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM outbox_pruned")


@pytest.mark.usefixtures("small_portions")
def test_killed_half_way_it_goes_on(lived: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    die_after(3, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        rebuild()
    monkeypatch.undo()
    assert canonical.analytics() != lived
    assert "goes on at 21 of" in rebuild()
    assert canonical.analytics() == lived


@pytest.mark.usefixtures("small_portions")
def test_killed_between_a_portion_and_its_note_it_applies_nothing_twice(
    lived: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = rebuilding.start("analytics")
    rebuilding.go_on(begun, seconds=0.01)
    Rebuild.objects.update(cursor=0, done=0)
    rebuild()
    assert canonical.analytics() == lived


def test_what_comes_meanwhile_is_applied_once(lived: bytes, hire: Hire) -> None:
    begun = rebuilding.start("analytics")
    hire("Nora Newcomer")
    assert rebuilding.go_on(begun)
    assert Account.objects.get(name="Nora Newcomer").version == 1
    after = canonical.analytics()
    rebuild()
    assert canonical.analytics() == after


def test_what_was_not_delivered_yet_is_applied_once(lived: bytes) -> None:
    person = User.objects.register("late@popug.example", "Late", None)
    rebuild()
    assert Account.objects.get(public_id=person.public_id).name == "Late"
    assert len(deliver_everything().applied) == 3
    assert not OutboxDelivery.objects.exclude(state="acked").exists()


def test_what_was_given_up_stays_given_up(lived: bytes) -> None:
    told = OutboxEvent.objects.filter(event_name="auth.account_updated").last()
    assert told
    parked(told, DeadLetter.State.DISCARDED)
    rebuild()
    assert not InboxEvent.objects.filter(event_id=told.event_id, consumer="analytics").exists()


def test_what_can_not_be_applied_is_delivered_again(
    lived: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = OutboxEvent.objects.filter(event_name="tasks.shuffle_completed").earliest("position")
    break_on(bad, monkeypatch)
    assert "1 of them will be delivered again" in rebuild()
    assert OutboxDelivery.objects.get(event=bad, consumer="analytics").state == "due"
    monkeypatch.undo()
    deliver_everything()
    assert canonical.analytics() == lived


@pytest.mark.parametrize("service", ["billing", "tasks", "auth"])
def test_others_refuse(service: str) -> None:
    with pytest.raises(CommandError, match=f"{service} can't be rebuilt"):
        rebuild(service)
    assert not Rebuild.objects.exists()


def test_there_is_no_such_service() -> None:
    with pytest.raises(CommandError, match="no service mail"):
        rebuild("mail")


def test_a_log_that_was_pruned_is_not_enough(lived: bytes) -> None:
    pruned = OutboxEvent.objects.filter(event_name="billing.payout_made")
    OutboxDelivery.objects.filter(event__in=pruned).delete()
    lost = pruned.count()
    pruned.delete()
    with pytest.raises(CommandError, match=f"no longer has {lost} × billing.payout_made"):
        rebuild()
    assert canonical.analytics() == lived


def test_a_log_of_another_database_is_not_enough(lived: bytes, settings: Any) -> None:
    settings.SERVICES = ["analytics"]
    with pytest.raises(CommandError, match="events of auth, billing, tasks are logged elsewhere"):
        rebuild()


def test_pages_say_that_figures_are_not_whole(admin: User, client_for: ClientFor) -> None:
    begun = rebuilding.start("analytics")
    page = client_for(admin).get("/analytics/").content.decode()
    assert "not whole yet: 0 %" in page
    rebuilding.go_on(begun)
    assert "not whole yet" not in client_for(admin).get("/analytics/").content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_portions")
def test_workers_go_on_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    live(Random(2))  # noqa: S311
    for number in range(60):
        User.objects.register(f"new{number}@popug.example", f"New {number}", None)
    with ThreadPoolExecutor(3) as pool:
        made_anew = pool.submit(in_a_thread(rebuild))
        delivered = [pool.submit(in_a_thread(deliver_to_analytics)) for _ in range(2)]
        for done in (made_anew, *delivered):
            done.result()
    deliver_everything()
    after = canonical.analytics()
    rebuild()
    assert canonical.analytics() == after
    assert Account.objects.filter(name__startswith="New ").count() == 60


@pytest.mark.django_db(transaction=True)
def test_two_do_not_rebuild_at_once() -> None:
    begun = rebuilding.start("analytics")

    def again() -> bool:
        try:
            return rebuilding.go_on(begun)
        except rebuilding.Busy:
            return False

    with rebuilding._alone("analytics"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(in_a_thread(again)).result() is False
    assert rebuilding.go_on(begun)


def in_a_thread(work: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    return run


def deliver_to_analytics() -> None:
    """As the workers do with what the relay sent, the first of it twice."""
    events = OutboxEvent.objects.order_by("-position")[:120]
    envelopes = [event.as_event().envelope() for event in events if consumed(event)]
    for start in range(0, len(envelopes), 5):
        inbox.deliver("analytics", envelopes[start : start + 5])


def consumed(event: OutboxEvent) -> bool:
    return event.deliveries.filter(consumer="analytics").exists()


def die_after(portions: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real, left = inbox.apply, iter(range(portions))

    def apply(*args: Any) -> Any:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(inbox, "apply", apply)


def break_on(bad: OutboxEvent, monkeypatch: pytest.MonkeyPatch) -> None:
    real = inbox.apply

    def apply(consumer: str, events: Any) -> Any:
        if any(event.event_id == bad.event_id for event in events):
            raise ValueError("spoilt")
        return real(consumer, events)

    monkeypatch.setattr(inbox, "apply", apply)


def parked(event: OutboxEvent, state: DeadLetter.State) -> None:
    DeadLetter.objects.create(
        consumer="analytics",
        fingerprint="0" * 64,
        event_id=event.event_id,
        event_name=event.event_name,
        envelope={},
        error_kind="Impossible",
        error="no",
        state=state,
    )
