"""An event that kills its worker is counted by whoever comes next, and in the end parked."""

import os
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django.fixtures import Settings
from uuid_utils.compat import uuid7

from messaging import inbox, leases
from messaging.event import Event
from messaging.failures import MAX_ATTEMPTS
from messaging.models import DeadLetter, InboxAttempt, InboxEvent, InboxFailure, InboxLease
from tests.billing_app.races import wait_for
from tests.messaging.deliveries import applied, consume, effect, told

DEADLY = 13
ROUNDS = 3 + MAX_ATTEMPTS + 1  # in company of 500, 64 and 8; alone; and one that parks it


def kill_the_worker(events: Sequence[Event]) -> None:
    effect(events)
    if any(event.data["count"] == DEADLY for event in events):
        os._exit(137)


def in_a_worker(batch: list[Any]) -> int:
    """Deliver the batch in a process of its own; its exit status."""
    others = sessions()
    pid = os.fork()
    if not pid:
        connection.inc_thread_sharing()
        connection.connection = None
        inbox.deliver("analytics", batch)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    wait_for(lambda: sessions() <= others, "PostgreSQL notices that a client is gone")
    return status


def sessions() -> set[int]:
    """Of clients of this database; the processes that other tests have frozen keep theirs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db(transaction=True)
def test_an_event_that_kills_its_worker_is_parked_and_its_neighbours_are_applied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    consume(monkeypatch, kill_the_worker)
    deadly, healthy = told(DEADLY), [told() for _ in range(100)]
    batch = [*healthy[:70], deadly, *healthy[70:]]
    assert [in_a_worker(batch) for _ in range(ROUNDS)] == [137] * (ROUNDS - 1) + [0]
    letter = DeadLetter.objects.get()
    assert (letter.envelope, letter.error_kind, letter.attempts) == (deadly, "WorkerLost", 5)
    assert all(applied(event) for event in healthy)
    assert not applied(deadly)


@pytest.mark.django_db(transaction=True)
def test_each_death_alone_is_on_record(monkeypatch: pytest.MonkeyPatch) -> None:
    consume(monkeypatch, kill_the_worker)
    deadly = told(DEADLY)
    for _ in range(3):
        in_a_worker([deadly])
    in_a_worker([told()])
    attempts = InboxAttempt.objects.order_by("number")
    assert [attempt.number for attempt in attempts] == [1, 2, 3]
    assert {attempt.error_kind for attempt in attempts} == {"WorkerLost"}
    assert all(f"process {os.getpid()}" not in attempt.worker for attempt in attempts)


@pytest.fixture
def lease(db: None) -> InboxLease:
    """Of a session that is gone."""
    return InboxLease.objects.create(
        consumer="analytics", event_ids=[uuid7(), uuid7()], worker="somebody", backend_pid=0
    )


def test_a_lost_lease_counts_against_each_in_company(lease: InboxLease) -> None:
    leases.count_lost("analytics")
    counts = InboxFailure.objects.values_list("attempts", "crashes")
    assert list(counts) == [(0, 1), (0, 1)]
    assert not InboxLease.objects.exists()
    assert not InboxAttempt.objects.exists()


def test_a_lost_lease_is_counted_once(lease: InboxLease) -> None:
    leases.count_lost("analytics")
    leases.count_lost("analytics")
    assert set(InboxFailure.objects.values_list("crashes", flat=True)) == {1}


def test_a_batch_under_way_elsewhere_is_not_counted(lease: InboxLease) -> None:
    InboxLease.objects.update(backend_pid=own_session())
    leases.count_lost("analytics")
    assert InboxLease.objects.exists()
    assert not InboxFailure.objects.exists()


def test_behind_a_pooler_age_alone_tells_a_lost_lease(
    lease: InboxLease, settings: Settings
) -> None:
    settings.CELERY_TASK_TIME_LIMIT = -leases.MARGIN_SECONDS  # every lease is too old
    InboxLease.objects.update(backend_pid=own_session())
    leases.count_lost("analytics")
    assert InboxFailure.objects.count() == 2


def test_a_lease_from_before_the_servers_start_blames_nobody(lease: InboxLease) -> None:
    InboxLease.objects.update(started_at=timezone.now() - timedelta(days=900))
    leases.count_lost("analytics")
    assert not InboxLease.objects.exists()
    assert not InboxFailure.objects.exists()


def test_what_was_applied_after_all_is_not_blamed(lease: InboxLease) -> None:
    InboxEvent.objects.create(
        consumer="analytics", event_id=lease.event_ids[0], event_name="x.y", event_version=1
    )
    leases.count_lost("analytics")
    assert InboxFailure.objects.get().event_id == lease.event_ids[1]


def test_no_lease_outlives_its_batch(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    consume(monkeypatch, effect)
    inbox.deliver("analytics", [told(), told(), {"nonsense": 1}])
    assert not InboxLease.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_session_that_is_cut_blames_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(_: Sequence[Event]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    consume(monkeypatch, cut)
    for _ in range(MAX_ATTEMPTS + 1):
        with pytest.raises(OperationalError):
            inbox.deliver("analytics", [told()])
    consume(monkeypatch, effect)
    inbox.deliver("analytics", [told()])
    assert not InboxFailure.objects.exists()
    assert not InboxLease.objects.exists()


def own_session() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
