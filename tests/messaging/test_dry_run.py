"""A dry run tells what a handler would do, and does none of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from uuid_utils.compat import uuid7

from billing_app.models import Entry
from messaging import dead_letters, dry_run, inbox
from messaging.event import Event, Impossible
from messaging.models import DeadLetter, Deed, DryRun, InboxEvent, OutboxEvent
from messaging.operator_jobs import look_after
from tests.billing_app.facts import assigned
from tests.conftest import ClientFor
from tests.delivery import empty_queues, work_off
from tests.messaging.letters import address, malformed

Report = dict[str, Any]


def letter(at: datetime | None = None) -> DeadLetter:
    """An assignment that billing could book by now."""
    envelope = assigned(uuid7(), uuid7(), at)
    return dead_letters.park("billing", envelope, Impossible("the perch is broken"))


def tables(report: Report) -> dict[str, tuple[int, int, int]]:
    return {
        table["name"]: (table["inserted"], table["updated"], table["deleted"])
        for table in report["tables"]
    }


def rows(report: Report, name: str) -> list[dict[str, Any]]:
    [found] = [table["rows"] for table in report["tables"] if table["name"] == name]
    return list(found)


@pytest.mark.django_db(transaction=True)
def test_it_tells_what_would_be_written() -> None:
    tried = letter()
    report = dry_run.attempt("billing", tried.envelope)
    assert report["error"] == ""
    assert tables(report)["billing_app_entry"] == (1, 0, 0)
    assert tables(report)["outbox_event"] == (2, 0, 0)  # the entry and the price
    [entry] = rows(report, "billing_app_entry")
    assert entry["event_id"] == str(tried.event_id)
    assert -2000 <= entry["amount_cents"] <= -1000


@pytest.mark.django_db(transaction=True)
def test_it_shows_only_its_own_rows() -> None:
    inbox.deliver("billing", [assigned(uuid7(), uuid7()) for _ in range(3)])
    report = dry_run.attempt("billing", letter().envelope)
    assert tables(report)["billing_app_entry"] == (1, 0, 0)
    assert len(rows(report, "billing_app_entry")) == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_of_it_stays() -> None:
    tried = letter()
    before = OutboxEvent.objects.count()
    dry_run.attempt("billing", tried.envelope)
    assert not Entry.objects.exists()
    assert not InboxEvent.objects.exists()
    assert OutboxEvent.objects.count() == before
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'"
        )
        assert cursor.fetchone()[0] == 0


@pytest.mark.django_db(transaction=True)
def test_it_finds_what_only_the_commit_would_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave_a_loose_end(events: Sequence[Event]) -> None:
        connection.cursor().execute(
            "INSERT INTO outbox_delivery (event_id, consumer) VALUES (-1, 'tasks')"
        )

    name = ("tasks.task_assigned", 1)
    monkeypatch.setattr(inbox, "subscriptions", lambda _: {name: leave_a_loose_end})
    report = dry_run.attempt("billing", letter().envelope)
    assert report["error"].startswith("IntegrityError")


@pytest.mark.django_db(transaction=True)
def test_it_tells_where_it_fails() -> None:
    report = dry_run.attempt("billing", letter(datetime.now(UTC) + timedelta(days=9)).envelope)
    assert "lies in the future" in report["error"]
    assert "ledger.py" in report["traceback"]
    assert report["tables"] == []


@pytest.mark.django_db(transaction=True)
def test_what_is_applied_already_would_change_nothing() -> None:
    tried = letter()
    inbox.apply("billing", [inbox.read("billing", tried.envelope)])
    report = dry_run.attempt("billing", tried.envelope)
    assert (report["error"], report["tables"]) == ("", [])


@pytest.fixture
def office(transactional_db: None, client_for: ClientFor, hire: Any) -> Client:
    empty_queues()
    return client_for(hire("Ada Admin", "admin"))


def test_a_worker_of_the_consumer_does_it(office: Client) -> None:
    tried = letter()
    office.post(address(tried, "try"))
    assert "Waiting for a worker" in office.get(address(tried)).content.decode()
    assert work_off("billing.events") == 1
    page = office.get(address(tried)).content.decode()
    assert "It would be applied" in page
    assert "billing_app_entry" in page
    tried.refresh_from_db()
    assert tried.is_parked


def test_its_fragment_is_polled_until_it_is_done(office: Client) -> None:
    tried = letter()
    office.post(address(tried, "try"))
    path = address(tried, "dry-run")
    assert "hx-trigger" in office.get(path).content.decode()
    work_off("billing.events")
    assert "hx-trigger" not in office.get(path).content.decode()


def test_pressed_twice_it_is_one(office: Client) -> None:
    tried = letter()
    office.post(address(tried, "try"))
    office.post(address(tried, "try"))
    assert DryRun.objects.count() == 1
    assert Deed.objects.get().action == "dry_run"


def test_a_tick_does_what_no_message_brought(office: Client) -> None:
    office.post(address(letter(), "try"))
    empty_queues()
    DryRun.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    look_after("tasks")
    assert not DryRun.objects.get().is_over
    look_after("billing")
    assert DryRun.objects.get().is_over


def test_one_that_kills_its_workers_ends_too(office: Client) -> None:
    run = dry_run.ask(letter())
    DryRun.objects.update(tries=dry_run.MAX_TRIES)
    dry_run.perform(run.pk)
    run.refresh_from_db()
    assert "the worker died" in run.report["error"]


def test_a_malformed_one_can_be_tried(office: Client) -> None:
    run = dry_run.ask(malformed())
    dry_run.perform(run.pk)
    run.refresh_from_db()
    assert run.report["error"].startswith("InvalidEvent")
