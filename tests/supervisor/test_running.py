"""The running system that journeys and fault tests lean on."""

import http.client
import urllib.request

from playwright.sync_api import Page

from auth_app.models import User
from messaging.models import OutboxDelivery
from tests.running import Running


def test_it_brings_events_to_every_service(system: Running) -> None:
    User.objects.register("wanda@popug.example", "Wanda", "a long password", role="worker")
    system.settle()
    states = set(OutboxDelivery.objects.values_list("state", flat=True))
    assert states == {OutboxDelivery.State.ACKED}


def test_it_starts_each_test_with_empty_tables(system: Running) -> None:
    assert not User.objects.exists()


def test_it_goes_on_after_a_kill(system: Running) -> None:
    system.kill("relay")
    User.objects.register("wanda@popug.example", "Wanda", "a long password", role="worker")
    assert not system.alive("relay")
    system.start("relay")
    system.settle()


def test_it_answers_at_its_address(system: Running) -> None:
    with urllib.request.urlopen(f"{system.url}/healthz") as answer:  # noqa: S310
        assert answer.status == http.client.OK


def test_a_browser_sees_the_sign_in_page(system: Running, page: Page) -> None:
    page.goto(system.url)
    assert "/accounts/login/" in page.url
