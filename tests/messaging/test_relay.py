"""The relay brings what is due, through a real broker, and does not fill it."""

import pytest
from django.utils import timezone

from messaging import jobs, relay
from messaging.models import OutboxDelivery
from tests.delivery import empty_queues, work_off
from tests.messaging.test_outbox_deliveries import tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet_broker() -> None:
    empty_queues()


def test_what_is_due_arrives_and_is_acknowledged() -> None:
    tell(3)
    assert relay.relay_once() == 3
    assert work_off("analytics.events") == 1
    assert work_off("tasks.acks") == 1
    assert set(OutboxDelivery.objects.values_list("state", flat=True)) == {"acked"}


def test_a_consumer_that_is_away_does_not_fill_the_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "MAX_WAITING", 2)
    tell()
    for _ in range(5):
        relay.relay_once()
        OutboxDelivery.objects.update(next_attempt_at=timezone.now())
    assert relay.waiting("analytics.events") == 2
    work_off("analytics.events")
    assert relay.relay_once() == 1


def test_a_malformed_event_in_the_queue_lands_in_the_dead_letters_and_its_neighbours_go_on() -> (
    None
):
    tell()
    jobs.deliver.apply_async(args=["analytics", [None]], queue="analytics.events")
    relay.relay_once()
    assert work_off("analytics.events") == 2
    assert work_off("tasks.acks") == 1
    assert OutboxDelivery.objects.get().state == "acked"
