"""The wire between services: three Celery tasks, none of them trusted to arrive."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from celery import shared_task

from messaging import contracts, inbox, outbox_deliveries
from messaging.crash_points import crash_point
from messaging.event import Event
from messaging.replay import replay


@shared_task
def deliver(consumer: str, envelopes: list[Any]) -> None:
    """To the queue `<consumer>.events`: a batch from the relay."""
    outcome = inbox.deliver(consumer, envelopes)
    crash_point("inbox.after_commit")
    acknowledge_to_producers(consumer, outcome.applied, parked=outcome.parked)


@shared_task
def acknowledge(consumer: str, applied: list[str], parked: list[str]) -> None:
    """To the queue `<producer>.acks`: what the consumer's inbox or dead letters now hold."""
    crash_point("ack.before_settle")
    outbox_deliveries.settle(consumer, applied, parked)
    crash_point("ack.after_settle")


@shared_task
def replay_dead_letters(consumer: str, letter_ids: list[int], by: str | None = None) -> None:
    """To the queue `<consumer>.events`: an operator's replay of some of its dead letters."""
    settled = [replay(letter_id, UUID(by) if by else None) for letter_id in letter_ids]
    acknowledge_to_producers(consumer, [event for event in settled if event], parked=[])


def acknowledge_to_producers(consumer: str, applied: list[Event], parked: list[Event]) -> None:
    """One message to each producer. If it is lost, the batch comes again, and so does this.

    After a replay nothing comes again: the delivery then stays parked in the producer's book,
    though it is applied, until the letter is replayed once more.
    """
    by_producer: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for settled, events in enumerate((applied, parked)):
        for event in events:
            by_producer[str(event.producer)][settled].append(str(event.event_id))
    for producer in by_producer.keys() & contracts.producers():  # a malformed one may name anybody
        done, dead = by_producer[producer]
        acknowledge.apply_async(args=[consumer, done, dead], queue=f"{producer}.acks")
