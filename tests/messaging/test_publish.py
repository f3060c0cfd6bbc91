"""Publishing: with the change or not at all, and never against the contract."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError
from uuid_utils.compat import uuid7

from messaging.context import acting
from messaging.contracts import InvalidEvent, UnknownEvent
from messaging.models import OutboxDelivery, OutboxEvent
from messaging.outbox import Fact, Selection, publish, publish_selected

NAME = "tasks.shuffle_completed"


def fact(name: str = NAME, version: int = 1, **data: Any) -> Fact:
    known = {"shuffle_id": str(uuid7()), "count": 3, "started_by": None}
    return Fact(name, version, known | data, at=datetime.now(UTC))


@pytest.mark.django_db(transaction=True)
def test_it_refuses_to_run_outside_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        publish([fact()])


@pytest.mark.django_db(transaction=True)
def test_nothing_is_told_of_a_change_that_was_rolled_back() -> None:
    def change_and_fail() -> None:
        with transaction.atomic():
            publish([fact()])
            raise LookupError

    with pytest.raises(LookupError):
        change_and_fail()
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_it_writes_a_delivery_for_every_consumer() -> None:
    account = {
        "account_id": str(uuid7()),
        "email": "polly@popug.example",
        "name": "Polly",
        "role": "worker",
        "is_active": True,
        "language": "en",
        "version": 1,
    }
    publish([Fact("auth.account_created", 1, account, at=datetime.now(UTC))])
    consumers = OutboxDelivery.objects.values_list("consumer", flat=True)
    assert sorted(consumers) == ["analytics", "billing", "tasks"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "data", [{"count": -1}, {"count": "3"}, {"shuffle_id": "mine"}, {"more": 1}, {"count": None}]
)
def test_it_refuses_data_that_break_the_schema(data: dict[str, Any]) -> None:
    with pytest.raises(InvalidEvent, match="/data"):
        publish([fact(**data)])
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "version"), [("tasks.task_eaten", 1), (NAME, 9)])
def test_it_refuses_what_is_not_registered(name: str, version: int) -> None:
    with pytest.raises(UnknownEvent):
        publish([fact(name, version)])


@pytest.mark.django_db
def test_the_event_names_who_set_it_off_and_its_chain() -> None:
    person = uuid7()
    with acting(person) as origin:
        publish([fact(), fact()])
    first, second = OutboxEvent.objects.order_by("position")
    assert first.actor == person
    assert first.correlation_id == second.correlation_id == origin.correlation_id


@pytest.mark.django_db
def test_a_consequence_names_its_cause() -> None:
    with acting(uuid7()):
        publish([fact()])
    cause = OutboxEvent.objects.get().as_event()
    publish([Fact(NAME, 1, fact().data, at=datetime.now(UTC), cause=cause)])
    consequence = OutboxEvent.objects.latest("position")
    assert consequence.causation_id == cause.event_id
    assert consequence.correlation_id == cause.correlation_id
    assert consequence.actor == cause.actor


def counted() -> Selection:
    return Selection(
        NAME,
        1,
        (
            "chosen AS (SELECT now() AS time, uuidv7() AS id)",
            """told AS (
              SELECT time, id AS correlation, NULL::uuid AS cause, NULL::uuid AS actor, '' AS trace,
                     jsonb_build_object('shuffle_id', id, 'count', %(count)s::jsonb,
                                        'started_by', NULL) AS data
                FROM chosen)""",
        ),
    )


@pytest.mark.django_db
def test_what_a_statement_finds_is_told_like_any_other_fact() -> None:
    [told] = publish_selected(counted(), {"count": "3"})
    event = OutboxEvent.objects.get()
    assert (event.data, event.producer, event.event_version) == (told, "tasks", 1)
    assert [each.consumer for each in OutboxDelivery.objects.all()] == ["analytics"]


@pytest.mark.django_db
@pytest.mark.parametrize("count", ["-3", "3.5", "3.0", '"3"', "null"])
def test_what_a_statement_finds_keeps_its_contract_too(count: str) -> None:
    with pytest.raises(InvalidEvent, match="/data/count"), transaction.atomic():
        publish_selected(counted(), {"count": count})
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_statement_tells_nothing_outside_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        publish_selected(counted(), {"count": "3"})
    assert not OutboxEvent.objects.exists()
