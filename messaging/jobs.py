"""The wire between services: Celery tasks, none of them trusted to arrive."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from celery import current_app, shared_task
from celery.utils import uuid

from messaging import contracts, inbox, outbox_deliveries, tallies
from messaging.crash_points import crash_point
from messaging.event import Event
from messaging.pruning import prune


@shared_task
def deliver(consumer: str, envelopes: list[Any], probe: bool = False) -> None:
    """To the queue `<consumer>.events`: a batch from the relay."""
    outcome = inbox.deliver(consumer, envelopes, probe)
    crash_point("inbox.after_commit")
    acknowledge_to_producers(
        consumer, outcome.applied, outcome.parked, outcome.discarded, outcome.waiting
    )


def send(consumer: str, envelopes: Iterable[str], probe: bool = False) -> None:
    """What `deliver.apply_async` would send to the consumer's queue, of envelopes that are JSON
    already: they are not made into objects only to be written again."""
    args = ",".join([json.dumps(consumer), f"[{','.join(envelopes)}]", *["true"] * probe])
    body = f'[[{args}],{{}},{{"callbacks":null,"errbacks":null,"chain":null,"chord":null}}]'
    queue, task_id = current_app.amqp.queues[f"{consumer}.events"], uuid()
    message = current_app.amqp.as_task_v2(task_id, deliver.name, ignore_result=True)
    with current_app.amqp.producer_pool.acquire(block=True) as producer:
        producer.publish(
            body,
            exchange="",
            routing_key=queue.name,
            declare=[queue],
            headers=message.headers,
            content_type="application/json",
            content_encoding="utf-8",
            **message.properties,
        )


@shared_task
def acknowledge(
    consumer: str,
    applied: list[str],
    parked: list[str],
    discarded: Sequence[str] = (),
    waiting: Sequence[str] = (),
) -> None:
    """To the queue `<producer>.acks`: what the consumer's inbox or dead letters now hold."""
    crash_point("ack.before_settle")
    outbox_deliveries.settle(consumer, applied, parked, discarded, waiting)
    crash_point("ack.after_settle")


@shared_task
def canary(queue: str) -> None:
    """To every queue that is empty: whoever takes it shows that the queue is served."""


@shared_task
def prune_messages() -> None:
    """From beat, hourly: forget what is finished and old, a minute's worth at a time."""
    list(prune(seconds=60))


@shared_task
def tally_events() -> None:
    """From beat: count the quarters of an hour that are over, for pages that tell of a week."""
    tallies.tally(contracts.kinds())


def acknowledge_to_producers(
    consumer: str,
    applied: Sequence[Event] = (),
    parked: Sequence[Event] = (),
    discarded: Sequence[Event] = (),
    waiting: Sequence[Event] = (),
) -> None:
    """One message to each producer. If it is lost, the events come again (those that are not
    applied, hourly), and so does this."""
    by_producer: dict[str, tuple[list[str], ...]] = defaultdict(lambda: ([], [], [], []))
    for kind, events in enumerate((applied, parked, discarded, waiting)):
        for event in events:
            by_producer[str(event.producer)][kind].append(event.event_id.hex)
    for producer in by_producer.keys() & contracts.producers():  # a malformed one may name anybody
        args = [consumer, *by_producer[producer]]
        acknowledge.apply_async(args=args, queue=f"{producer}.acks")
