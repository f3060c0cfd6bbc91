"""Health: what is on its way, and what got stuck."""

import socket
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from uuid_utils.compat import uuid7

from auth_app.models import User
from messaging import broker, health
from messaging.models import InboxWaiting, WorkerCanary
from messaging.relay import Relay
from tests.conftest import ClientFor
from tests.delivery import deliver_everything, empty_queues, on_the_wire
from tests.messaging.letters import parked


@pytest.fixture
def office(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


def of(consumer: str) -> health.Consumer:
    return next(found for found in health.now().consumers if found.name == consumer)


def test_all_is_quiet_once_everything_has_arrived(worker: User) -> None:
    assert (health.now().open, health.now().parked) == (0, 0)


def test_it_counts_what_is_due_and_what_is_sent(worker: User) -> None:
    worker.deactivate()
    on_the_wire("billing")
    assert (of("tasks").due, of("tasks").sent) == (1, 0)
    assert (of("billing").due, of("billing").sent) == (0, 1)


def test_it_counts_the_parked(office: Client) -> None:
    parked()
    deliver_everything()
    assert (of("tasks").parked, of("billing").parked) == (1, 0)


def test_the_page_holds_the_fragment_it_polls(office: Client) -> None:
    fragment = office.get("/events/health/figures/").content.decode()
    assert 'id="figures"' in fragment
    assert fragment.strip() in office.get("/events/health/").content.decode()


def test_the_fragment_is_sent_only_when_it_has_changed(office: Client, worker: User) -> None:
    tag = office.get("/events/health/figures/").headers["HX-PTag"]
    same = office.get("/events/health/figures/", headers={"HX-PTag": tag})
    worker.deactivate()
    other = office.get("/events/health/figures/", headers={"HX-PTag": tag})
    assert (same.status_code, other.status_code) == (304, 200)


def test_it_says_when_nobody_relays(office: Client) -> None:
    assert "No relay runs" in office.get("/events/health/").content.decode()


def seen() -> list[bool]:
    """Of each relay: does it lead?"""
    return [relay.leads for relay in health.relays() if relay.name.startswith("ates-relay ")]


@pytest.mark.django_db(transaction=True)
def test_it_shows_who_leads_and_who_stands_by() -> None:
    relays = [Relay(), Relay()]
    threads = [threading.Thread(target=relay.run) for relay in relays]
    for thread in threads:
        thread.start()
    try:
        until = time.monotonic() + 20
        while seen() != [True, False] and time.monotonic() < until:
            time.sleep(0.05)
        assert seen() == [True, False]
    finally:
        for relay in relays:
            relay.stop.set()
        for thread in threads:
            thread.join()
        empty_queues()


def test_a_silent_worker_is_shown(office: Client) -> None:
    now = timezone.now()
    WorkerCanary.objects.create(queue="billing.events", worker="billing@nest", seen_at=now)
    gone = now - timedelta(minutes=2)
    WorkerCanary.objects.create(queue="tasks.events", worker="tasks@nest", seen_at=gone)
    found = {watch.queue: watch for watch in health.workers()}
    assert found["billing.events"].is_alive
    assert not found["tasks.events"].is_alive
    assert found["auth.acks"].seen_at is None
    page = office.get("/events/health/").content.decode()
    assert "silent since" in page


def test_of_several_workers_those_that_live_are_shown(db: None) -> None:
    now = timezone.now()
    for name, minutes in (("old", 9), ("first", 0), ("second", 0)):
        seen = now - timedelta(minutes=minutes)
        WorkerCanary.objects.create(queue="tasks.acks", worker=name, seen_at=seen)
    living = [watch.worker for watch in health.workers() if watch.queue == "tasks.acks"]
    assert sorted(living) == ["first", "second"]


def test_it_counts_what_was_applied_and_what_came_too_early(office: Client) -> None:
    early = {"event_id": uuid7(), "envelope": {}, "key": "task:x"}
    InboxWaiting.objects.create(consumer="billing", **early)
    assert (of("billing").waiting, of("tasks").applied) == (1, 1)  # the admin
    assert health.applied_last_hour() == 3


def test_it_tells_what_the_broker_says() -> None:
    empty_queues()
    found = broker.look()
    assert (found.problem, found.policy, found.queued) == ("", "noeviction", 0)
    assert set(found.depths) >= {"billing.events", "auth.acks"}


def test_a_broker_that_hangs_is_shown_quickly(office: Client, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        page = office.get("/events/health/")
    assert page.status_code == 200
    assert "The broker does not answer" in page.content.decode()


def test_a_broker_that_is_away_is_shown(office: Client, settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert "does not answer" in office.get("/events/health/broker/").content.decode()


def test_the_brokers_fragment_is_sent_only_when_it_has_changed(office: Client) -> None:
    tag = office.get("/events/health/broker/").headers["HX-PTag"]
    again = office.get("/events/health/broker/", headers={"HX-PTag": tag})
    assert again.status_code == 304
