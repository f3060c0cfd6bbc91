"""Letters are given up for a reason on record, and that can be taken back (E3)."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from auth_app.models import User
from messaging import giving_up, operating, outbox_deliveries
from messaging.models import DeadLetter, Deed, OutboxDelivery
from tests.conftest import ClientFor
from tests.delivery import deliver, empty_queues, work_off
from tests.messaging.letters import address, committing, malformed, parked, state

pytestmark = pytest.mark.django_db

LIST = "/events/dead-letters/"


@pytest.fixture
def office(client_for: ClientFor, admin: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    empty_queues()
    client = client_for(admin)
    monkeypatch.setattr(client, "post", committing(client.post))
    return client


def delivery_of(letter: DeadLetter) -> str:
    assert letter.event_id
    return OutboxDelivery.objects.get(event__event_id=letter.event_id, consumer="tasks").state


def test_the_producer_hears_of_it(office: Client) -> None:
    letter = parked()
    office.post(address(letter, "discard"), {"reason": "not ours"})
    work_off("auth.acks")
    assert delivery_of(letter) == "discarded"


def test_and_that_it_was_taken_back(office: Client) -> None:
    letter = parked()
    office.post(address(letter, "discard"), {"reason": "not ours"})
    office.post(address(letter, "restore"))
    work_off("auth.acks")
    assert (state(letter), letter.reason, delivery_of(letter)) == ("parked", "", "parked")


def test_what_was_taken_back_can_be_replayed(office: Client) -> None:
    letter = parked()
    giving_up.discard(DeadLetter.objects.all(), "not ours")
    giving_up.restore(DeadLetter.objects.all())
    office.post(address(letter, "replay"))
    work_off("tasks.events")
    work_off("auth.acks")
    assert (state(letter), delivery_of(letter)) == ("replayed", "acked")


def test_a_discarded_one_that_comes_again_stays_so(office: Client) -> None:
    letter = parked()
    giving_up.discard(DeadLetter.objects.all(), "not ours")
    outcome = deliver("tasks", [letter.envelope])
    assert [event.event_id for event in outcome.discarded] == [letter.event_id]
    assert state(letter) == "discarded"


def test_those_ticked_are_discarded_and_no_others(office: Client, admin: User) -> None:
    first, second, third = (malformed(nonsense=number) for number in range(3))
    ticked = {"letter": [first.public_id, third.public_id], "scope": "selected"}
    answer = office.post(f"{LIST}discard/?consumer=billing", ticked | {"reason": "never ours"})
    assert answer.headers["Location"] == f"{LIST}?consumer=billing"
    assert [state(letter) for letter in (first, second, third)] == [
        "discarded",
        "parked",
        "discarded",
    ]
    deed = Deed.objects.get()
    assert (deed.count, deed.reason, deed.actor) == (2, "never ours", admin.public_id)
    assert deed.details == {"letters": [str(first.public_id), str(third.public_id)]}


def test_without_a_reason_nothing_is_lost_of_what_was_ticked(office: Client) -> None:
    first, second = malformed(nonsense=1), malformed(nonsense=2)
    answer = office.post(f"{LIST}discard/", {"letter": [first.public_id], "scope": "selected"})
    assert answer.status_code == 422
    assert answer.context["ticked"] == {first.public_id}
    assert [state(first), state(second)] == ["parked", "parked"]


@pytest.mark.parametrize("verb", ["discard", "restore", "replay"])
def test_it_wants_letters_ticked(office: Client, verb: str) -> None:
    letter = malformed()
    answer = office.post(f"{LIST}{verb}/", {"scope": "selected", "reason": "what I typed"})
    assert answer.status_code == 422
    assert "Tick the letters first" in answer.content.decode()
    assert "what I typed" in answer.content.decode()
    assert state(letter) == "parked"


def test_all_that_match_are_taken_back(office: Client) -> None:
    letters = [malformed(nonsense=number) for number in range(3)]
    giving_up.discard(DeadLetter.objects.all(), "a mistake")
    office.post(f"{LIST}restore/?state=discarded", {"scope": "all"})
    assert [state(letter) for letter in letters] == ["parked"] * 3


def test_after_thirty_days_nothing_is_taken_back(office: Client) -> None:
    letter = malformed()
    giving_up.discard(DeadLetter.objects.all(), "old")
    long_ago = timezone.now() - timedelta(days=giving_up.UNDO_DAYS, minutes=1)
    DeadLetter.objects.update(resolved_at=long_ago)
    assert not office.get(address(letter)).context["can_restore"]
    office.post(address(letter, "restore"))
    assert state(letter) == "discarded"


def test_discarding_twice_is_on_record_once() -> None:
    malformed()
    assert giving_up.discard(DeadLetter.objects.all(), "no")
    assert giving_up.discard(DeadLetter.objects.all(), "no") is None
    assert Deed.objects.count() == 1


def test_a_broker_that_is_away_holds_up_nobody(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = parked()
    monkeypatch.setattr("celery.app.base.Celery.connection_for_write", refuse)
    assert office.post(address(letter, "discard"), {"reason": "no"}).status_code == 302
    assert state(letter) == "discarded"


def refuse(*_: object, **__: object) -> None:
    raise ConnectionRefusedError("no broker")


def test_asking_again_heals_what_the_producer_did_not_hear(office: Client) -> None:
    letter = parked()
    operating.discard(DeadLetter.objects.all(), "no")  # in a transaction: nobody is told
    OutboxDelivery.objects.update(next_attempt_at=timezone.now())
    kept = [json.loads(event.envelope) for event in outbox_deliveries.claim_kept("tasks", 10)]
    [envelope] = [each for each in kept if each["event_id"] == str(letter.event_id)]
    deliver("tasks", [envelope])
    assert delivery_of(letter) == "discarded"


@pytest.mark.parametrize(
    "statement", ["UPDATE operator_deed SET reason = 'another'", "DELETE FROM operator_deed"]
)
def test_deeds_stay_on_record(statement: str) -> None:
    malformed()
    giving_up.discard(DeadLetter.objects.all(), "no")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
