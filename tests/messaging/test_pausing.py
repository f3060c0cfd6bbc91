"""A consumer at which nothing succeeds is paused, probed, and resumed by the first success."""

from collections.abc import Sequence

import pytest
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from messaging import inbox, pausing, relay
from messaging.event import Event
from messaging.models import ConsumerState, DeadLetter, InboxAttempt, InboxFailure, OutboxDelivery
from tests.delivery import empty_queues, work_off
from tests.messaging.deliveries import applied, consume, effect, told
from tests.messaging.test_outbox_deliveries import tell

pytestmark = pytest.mark.django_db


def outage(_: Sequence[Event]) -> None:
    raise ConnectionError("what we need is away")


@pytest.fixture
def _paused(monkeypatch: pytest.MonkeyPatch) -> None:
    consume(monkeypatch, outage)
    inbox.deliver("analytics", [told() for _ in range(200)])


def probe_is_due() -> None:
    ConsumerState.objects.update(probe_at=Now())


@pytest.mark.usefixtures("_paused")
def test_it_is_paused_when_nothing_succeeds() -> None:
    state = ConsumerState.objects.get()
    assert state.paused_at
    assert "50 events in a row" in state.reason
    assert "ConnectionError" in state.reason
    assert InboxFailure.objects.count() == pausing.FAILURES


@pytest.mark.usefixtures("_paused")
def test_while_it_is_paused_nothing_is_applied_and_nothing_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    consume(monkeypatch, effect)
    event = told()
    assert inbox.deliver("analytics", [event]) == inbox.Outcome()
    assert not applied(event)
    assert InboxFailure.objects.count() == pausing.FAILURES


@pytest.mark.usefixtures("_paused")
def test_an_outage_of_a_day_fills_no_dead_letters() -> None:
    for _ in range(50):
        inbox.deliver("analytics", [told(), told()], probe=True)
    assert not DeadLetter.objects.exists()
    assert InboxAttempt.objects.count() == pausing.FAILURES


@pytest.mark.usefixtures("_paused")
def test_a_probe_that_is_applied_resumes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    consume(monkeypatch, effect)
    assert len(inbox.deliver("analytics", [told(), told()], probe=True).applied) == 1
    assert not pausing.paused()
    assert len(inbox.deliver("analytics", [told(), told()]).applied) == 2


def test_a_success_in_between_begins_the_count_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        consume(monkeypatch, outage)
        inbox.deliver("analytics", [told() for _ in range(pausing.FAILURES - 1)])
        consume(monkeypatch, effect)
        inbox.deliver("analytics", [told()])
    assert not pausing.paused()


def test_poison_that_fails_again_pauses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    consume(monkeypatch, outage)
    batch = [told() for _ in range(pausing.FAILURES // 2)]
    for _ in range(4):
        inbox.deliver("analytics", batch)
    assert not pausing.paused()


@pytest.mark.usefixtures("_paused")
def test_the_relay_sends_a_paused_consumer_one_event_a_minute() -> None:
    empty_queues()
    tell(5)
    assert relay.relay_once() == 0
    probe_is_due()
    assert (relay.relay_once(), relay.relay_once()) == (1, 0)
    assert OutboxDelivery.objects.filter(state="sent").count() == 1


@pytest.mark.usefixtures("_paused")
def test_after_the_outage_everything_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    empty_queues()
    tell(5)
    probe_is_due()
    consume(monkeypatch, effect)
    relay.relay_once()
    work_off("analytics.events")
    assert relay.relay_once() == 4
    work_off("analytics.events")
    work_off("tasks.acks")
    assert set(OutboxDelivery.objects.values_list("state", flat=True)) == {"acked"}


def test_what_an_operator_pauses_only_an_operator_resumes(monkeypatch: pytest.MonkeyPatch) -> None:
    consume(monkeypatch, effect)
    pausing.pause("analytics", "a look at the handler", by=uuid7())
    probe_is_due()
    assert not pausing.claim_probe("analytics")
    assert inbox.deliver("analytics", [told()]) == inbox.Outcome()
    pausing.resume("analytics", by=uuid7())
    assert len(inbox.deliver("analytics", [told()]).applied) == 1


def test_a_pause_concerns_one_consumer(monkeypatch: pytest.MonkeyPatch) -> None:
    consume(monkeypatch, effect)
    pausing.pause("analytics", "only this one")
    assert len(inbox.deliver("billing", [told()]).applied) == 1
