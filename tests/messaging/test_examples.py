"""The examples of every version go through the inbox and the handlers of every consumer."""

from typing import Any

import pytest

from messaging import contracts, inbox
from messaging.models import DeadLetter
from messaging.schema_checks.files import published
from tests.billing_app.facts import envelope

pytestmark = pytest.mark.django_db

SUBSCRIBED = [
    (consumer, name, version)
    for name, version in published()
    for consumer, taken in contracts.registry()[name]["consumers"].items()
    if version in taken["versions"]
]


def examples(name: str, version: int) -> list[Any]:
    return [
        envelope(name, data, version=version)
        for data in contracts.schema_of(name, version)["examples"]
    ]


@pytest.mark.parametrize(("consumer", "name", "version"), SUBSCRIBED)
def test_a_consumer_applies_the_examples_of_what_it_takes(
    consumer: str, name: str, version: int
) -> None:
    told = examples(name, version)
    outcome = inbox.deliver(consumer, told)
    assert [str(event.event_id) for event in outcome.applied] == [e["event_id"] for e in told]
    assert not DeadLetter.objects.exists()


@pytest.mark.parametrize("consumer", contracts.consumers())
def test_the_examples_of_all_events_fit_together(consumer: str) -> None:
    kinds = [(name, version) for who, name, version in SUBSCRIBED if who == consumer]
    told = [event for kind in kinds for event in examples(*kind)]
    outcome = inbox.deliver(consumer, told)
    assert len(outcome.applied) == len(told)
