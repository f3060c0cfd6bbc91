"""The mechanism with one of its parts switched off, for the tests that test the tests.

Processes that are started with `SABOTAGED` read these settings, which break what `SABOTAGE` names
as soon as Django is set up. Nothing of this exists in the product.
"""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import redis
from django.apps import AppConfig
from kombu.transport import redis as kombu_redis

from messaging.event import Event

SABOTAGED = {"DJANGO_SETTINGS_MODULE": "tests.faults.sabotaged_settings"}


class Sabotage(AppConfig):
    name = "tests.faults"
    label = "sabotage"

    def ready(self) -> None:
        for what in os.environ.get("SABOTAGE", "").split(","):
            SABOTAGES.get(what, str)()


def forget_what_was_applied() -> None:
    """The inbox takes every event for a new one."""
    from messaging import inbox
    from messaging.remembering import remember

    def take_for_new(consumer: str, events: Sequence[Event]) -> set[UUID]:
        remember(consumer, events)
        return {event.event_id for event in events}

    replace(inbox, "remember", take_for_new)


def acknowledge_when_sent() -> None:
    """A delivery is done when the broker has it, as elsewhere."""
    from messaging import outbox_deliveries

    claim = outbox_deliveries.claim

    def claim_and_settle(consumer: str, limit: int) -> list[outbox_deliveries.Sealed]:
        events = claim(consumer, limit)
        outbox_deliveries.settle(consumer, [event.opened().event_id for event in events], [])
        return events

    replace(outbox_deliveries, "claim", claim_and_settle)


def keep_batches_whole() -> None:
    """What fails in company fails as a whole."""
    from messaging import inbox, leases

    def give_up(
        delivery: Any, events: Sequence[Event], error: Exception, lease: int, began: datetime
    ) -> None:
        leases.drop(lease)
        os.write(2, b"a batch failed as a whole\n")

    replace(inbox.Delivery, "_split", give_up)


def lose_one_acknowledgement() -> None:
    """The broker goes away while the first message is acknowledged to it."""
    remove: Any = kombu_redis.QoS._remove_from_indices
    lost: list[str] = []

    def remove_or_fail(self: Any, delivery_tag: str, pipe: Any = None) -> Any:
        if not lost:
            lost.append(delivery_tag)
            raise redis.ConnectionError("gone, while a message was acknowledged")
        return remove(self, delivery_tag, pipe)

    replace(kombu_redis.QoS, "_remove_from_indices", remove_or_fail)


def replace(of: object, name: str, other: object) -> None:
    """What is to be replaced must be there: a sabotage that does nothing would prove nothing."""
    assert hasattr(of, name)
    setattr(of, name, other)


SABOTAGES: dict[str, Callable[[], None]] = {
    "inbox": forget_what_was_applied,
    "acknowledgement": acknowledge_when_sent,
    "splitting": keep_batches_whole,
    "lost acknowledgement": lose_one_acknowledgement,
}
