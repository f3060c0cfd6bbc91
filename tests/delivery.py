"""Deliveries without a broker: what the relay, the wire and the workers do, in this process.

The envelopes pass through JSON like on the wire; the inbox and the outbox are the real ones.
"""

import importlib.util
import json
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from config.celery import app
from messaging import contracts, inbox, outbox_deliveries
from messaging.inbox import Outcome
from messaging.models import OutboxDelivery, OutboxEvent

BATCH = 500


def deliver_everything() -> Outcome:
    """Bring every open delivery to its consumer until no more can be settled.

    What waits for another event (`NotYet`) or has failed is tried again in each round, so at the
    end only what can't be settled yet is open.
    """
    total = Outcome()
    while _round(total):
        pass
    return total


def _round(total: Outcome) -> int:
    make_due()
    before = len(total.applied) + len(total.parked)
    for consumer in consumers():
        while envelopes := on_the_wire(consumer):
            deliver(consumer, envelopes, total)
    return len(total.applied) + len(total.parked) - before


def on_the_wire(consumer: str, limit: int = BATCH) -> list[Any]:
    """Claim what is due for a consumer, as the JSON that it would receive."""
    return [json.loads(event.envelope) for event in outbox_deliveries.claim(consumer, limit)]


def deliver(consumer: str, envelopes: list[Any], total: Outcome | None = None) -> Outcome:
    """Hand a batch to the consumer's inbox and acknowledge what it settled."""
    outcome = inbox.deliver(consumer, envelopes)
    kinds = (outcome.applied, outcome.parked, outcome.discarded, outcome.waiting)
    outbox_deliveries.settle(consumer, *([event.event_id for event in kind] for kind in kinds))
    if total:
        total.applied += outcome.applied
        total.parked += outcome.parked
    return outcome


def make_due() -> None:
    """As if the time to send again had come for all that is not acknowledged."""
    waiting = OutboxDelivery.objects.filter(state=OutboxDelivery.State.SENT)
    waiting.update(state=OutboxDelivery.State.DUE, next_attempt_at=Now())


def soon_again() -> None:
    """What is sent and not acknowledged is due again now, not in half a minute. Whatever the system
    has in its hands is left to it: nobody waits for anybody."""
    sent = OutboxDelivery.objects.filter(state=OutboxDelivery.State.SENT)
    with transaction.atomic():
        free = list(sent.select_for_update(skip_locked=True).values_list("pk", flat=True))
        OutboxDelivery.objects.filter(pk__in=free).update(next_attempt_at=Now())


def consumers() -> list[str]:
    """The installed services that have handlers."""
    return [
        who
        for who in contracts.consumers()
        if who in settings.SERVICES and importlib.util.find_spec(f"{who}_app.handlers")
    ]


def published(name: str) -> list[dict[str, Any]]:
    """The data of every event of this name in the outbox, oldest first."""
    events = OutboxEvent.objects.filter(event_name=name).order_by("position")
    return list(events.values_list("data", flat=True))


def work_off(queue: str) -> int:
    """Run what waits in a queue of the broker, as its worker would; the number of jobs."""
    done = 0
    with app.connection_for_read() as broker, broker.SimpleQueue(app.amqp.queues[queue]) as waiting:
        while message := _next(waiting):
            app.tasks[message.headers["task"]](*message.payload[0], **message.payload[1])
            message.ack()
            done += 1
    return done


def empty_queues() -> None:
    """What another test has left in the broker is nobody's business."""
    with app.connection_for_write() as broker:
        for queue in app.amqp.queues.values():
            queue(broker.default_channel).purge()


def _next(waiting: Any) -> Any:
    try:
        return waiting.get(block=False)
    except waiting.Empty:
        return None
