"""Health: what is on its way, and what got stuck."""

import pytest
from django.test import Client

from auth_app.models import User
from messaging import health
from tests.conftest import ClientFor
from tests.delivery import deliver_everything, on_the_wire
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
