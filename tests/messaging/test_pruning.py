"""What is finished and old is forgotten; what somebody still waits for never is."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings
from uuid_utils.compat import uuid7

from access import duties
from messaging import pruning
from messaging.models import (
    FormKey,
    InboxAttempt,
    InboxEvent,
    OutboxDelivery,
    OutboxEvent,
    WorkerCanary,
)
from supervisor.postgres import APPLICATION
from tests.messaging.letters import malformed

pytestmark = pytest.mark.django_db

State = OutboxDelivery.State
FINISHED, OPEN = (
    (State.ACKED, State.DISCARDED),
    (State.DUE, State.SENT, State.PARKED, State.WAITING),
)


@pytest.fixture(autouse=True)
def _as_application(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The role that may not delete from these tables, in portions so small that there are many."""
    monkeypatch.setattr(pruning, "PORTION", 3)
    duties.grant(APPLICATION)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APPLICATION}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def told(days_ago: int, *states: str) -> OutboxEvent:
    """An event of long ago and the deliveries to as many consumers."""
    at = timezone.now() - timedelta(days=days_ago)
    event = OutboxEvent.objects.create(
        event_id=uuid7(),
        event_name="tasks.shuffle_completed",
        event_version=1,
        event_time=at,
        producer="tasks",
        data={},
        correlation_id=uuid7(),
        created_at=at,
    )
    for number, state in enumerate(states):
        settled_at = None if state in (State.DUE, State.SENT) else at
        OutboxDelivery.objects.create(
            event=event, consumer=f"consumer{number}", state=state, settled_at=settled_at
        )
    return event


def prune() -> dict[str, int]:
    return {pruned.what: pruned.deleted for pruned in pruning.prune()}


def test_old_finished_deliveries_are_forgotten_and_the_log_is_kept() -> None:
    for _ in range(10):
        told(31, *FINISHED)
    assert prune()["deliveries"] == 20
    assert OutboxEvent.objects.count() == 10


def test_what_is_not_finished_or_not_old_stays() -> None:
    for _ in range(10):
        told(31, *OPEN)
    told(31, State.ACKED)
    for _ in range(10):
        told(29, *FINISHED)
    assert prune()["deliveries"] == 1
    assert OutboxDelivery.objects.count() == 60


def test_events_go_when_the_retention_says_so_and_nobody_waits_for_them(
    settings: Settings,
) -> None:
    settings.EVENT_RETENTION_DAYS = 90
    kept = {told(100, state, State.ACKED).pk for state in OPEN}
    for _ in range(10):
        told(100, *FINISHED)
    told(100)
    kept.add(told(89, State.ACKED).pk)
    assert prune()["events"] == 11
    assert set(OutboxEvent.objects.values_list("pk", flat=True)) == kept


def test_ids_of_events_are_remembered_longer_than_any_event_is_taken() -> None:
    for days_ago in (500, 450, 403, 401, 30):
        InboxEvent.objects.create(
            consumer="billing",
            event_id=uuid7(),
            event_name="x.y",
            event_version=1,
            applied_at=timezone.now() - timedelta(days=days_ago),
        )
    assert prune()["inbox"] == 3
    assert InboxEvent.objects.count() == 2


def test_the_attempts_of_a_parked_event_are_kept() -> None:
    letter = malformed(event_id=str(uuid7()))
    parked = letter.event_id or uuid7()
    type(letter).objects.update(event_id=parked)
    for event_id in (parked, uuid7(), uuid7()):
        InboxAttempt.objects.create(
            consumer="billing",
            event_id=event_id,
            number=1,
            started_at=timezone.now(),
            ended_at=timezone.now() - timedelta(days=91),
        )
    assert prune()["attempts"] == 2
    assert InboxAttempt.objects.get().event_id == parked


def test_canaries_of_workers_that_are_no_more_go() -> None:
    for name, days in (("old", 2), ("new", 0)):
        seen_at = timezone.now() - timedelta(days=days)
        WorkerCanary.objects.create(queue="billing.events", worker=name, seen_at=seen_at)
    assert prune()["canaries"] == 1


def test_keys_of_forms_that_nobody_sends_any_more_go() -> None:
    for key, days in (("old", 31), ("new", 29)):
        at = timezone.now() - timedelta(days=days)
        FormKey.objects.create(key=key, led_to=uuid7(), at=at)
    assert prune()["form keys"] == 1
    assert FormKey.objects.get().key == "new"


@pytest.mark.parametrize(
    ("what", "days"),
    [("deliveries", 6), ("events", 0), ("events", 6), ("inbox", 401), ("attempts", 1)],
)
def test_the_database_refuses_to_forget_too_early(what: str, days: int) -> None:
    with (
        pytest.raises(DatabaseError, match="nothing younger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT messaging_prune_{what}(make_interval(days => %s), 0, 9)", [days])


def test_the_command_says_what_it_forgot(capsys: pytest.CaptureFixture[str]) -> None:
    told(31, *FINISHED)
    call_command("prune_messages")
    assert "deliveries older than 30 days: 2 deleted" in capsys.readouterr().out
