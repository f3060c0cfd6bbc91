"""Looking into the event log: the chain an event belongs to, and what became of it everywhere."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from messaging import contracts
from messaging.models import (
    DeadLetter,
    InboxEvent,
    InboxFailure,
    InboxWaiting,
    OutboxDelivery,
    OutboxEvent,
)

CHAIN = 200  # the most events of a chain that one page shows
ANCESTORS = 50


@dataclass(slots=True)
class Node:
    """An event and what it caused, in order of writing."""

    event: OutboxEvent
    effects: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Chain:
    """`roots` set the others off. A chain that is too long for a page is `cut` to what led to the
    event and what it led to."""

    roots: list[Node]
    cut: bool


def chain(event: OutboxEvent) -> Chain:
    """Everything that the same request or job set off, each under what caused it."""
    rows = OutboxEvent.objects.filter(correlation_id=event.correlation_id).defer("data")
    events = list(rows.order_by("position")[: CHAIN + 1])
    if len(events) <= CHAIN:
        return Chain(_tree(events), cut=False)
    return Chain(_tree([*_causes(event), event, *_effects(event, rows)]), cut=True)


def _causes(event: OutboxEvent) -> list[OutboxEvent]:
    """Up to the first."""
    found: list[OutboxEvent] = []
    cause = event.causation_id
    while cause and len(found) < ANCESTORS:
        earlier = OutboxEvent.objects.defer("data").filter(event_id=cause).first()
        if earlier is None:
            break
        found.insert(0, earlier)
        cause = earlier.causation_id
    return found


def _effects(event: OutboxEvent, rows: QuerySet[OutboxEvent]) -> list[OutboxEvent]:
    """Down to the last, generation by generation."""
    found: list[OutboxEvent] = []
    generation = [event]
    while generation and len(found) < CHAIN:
        parents = [parent.event_id for parent in generation]
        room = CHAIN - len(found)
        generation = list(rows.filter(causation_id__in=parents).order_by("position")[:room])
        found += generation
    return found


def _tree(events: Iterable[OutboxEvent]) -> list[Node]:
    """An effect is always written after its cause, so its cause has a node when it comes."""
    nodes: dict[UUID, Node] = {}
    roots: list[Node] = []
    for event in events:
        node = nodes[event.event_id] = Node(event)
        cause = nodes.get(event.causation_id) if event.causation_id else None
        (cause.effects if cause else roots).append(node)
    return roots


@dataclass(slots=True)
class Fate:
    """What became of an event at one consumer: its producer's book, and the consumer's own."""

    consumer: str
    delivery: OutboxDelivery | None = None
    applied: InboxEvent | None = None
    failure: InboxFailure | None = None
    waiting: InboxWaiting | None = None
    letters: list[DeadLetter] = field(default_factory=list)


class Fates(defaultdict[str, Fate]):
    def __missing__(self, consumer: str) -> Fate:
        return self.setdefault(consumer, Fate(consumer))


def fates(event: OutboxEvent) -> list[Fate]:
    """By consumer, of all that should have got it or have heard of it."""
    found = Fates()
    about = {"event_id": event.event_id, "consumer__in": contracts.consumers()}
    for delivery in event.deliveries.all():
        found[delivery.consumer].delivery = delivery
    for applied in InboxEvent.objects.filter(**about):
        found[applied.consumer].applied = applied
    for failure in InboxFailure.objects.filter(**about):
        found[failure.consumer].failure = failure
    for waiting in InboxWaiting.objects.filter(**about):
        found[waiting.consumer].waiting = waiting
    letters = DeadLetter.objects.filter(**about).defer("envelope", "traceback")
    for letter in letters.order_by("-pk"):
        found[letter.consumer].letters.append(letter)
    return [found[consumer] for consumer in sorted(found)]
