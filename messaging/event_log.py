"""Looking into the event log: one event, its chain, and the events about a thing."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from messaging.models import OutboxEvent

CHAIN = 200  # the most events of a chain that one page shows
INDENT = "\u2003"


@dataclass(frozen=True, slots=True)
class Link:
    """An event in its chain; `indent` shows how many events lie between it and the start."""

    event: OutboxEvent
    depth: int

    @property
    def indent(self) -> str:
        return INDENT * self.depth


def about(words: str) -> QuerySet[OutboxEvent]:
    """The events with this id, in the chain with this id, or else about the thing with this id.

    The first two have an index each; only an id that is neither is looked for in the data.
    """
    try:
        wanted = UUID(words.strip())
    except ValueError:
        return OutboxEvent.objects.none()
    named = OutboxEvent.objects.filter(Q(event_id=wanted) | Q(correlation_id=wanted))
    if named.exists():
        return named
    return OutboxEvent.objects.filter(
        Q(data__task_id=str(wanted)) | Q(data__account_id=str(wanted)) | Q(actor=wanted)
    )


def chain(event: OutboxEvent) -> list[Link]:
    """Everything that the same request or job set off, in order, each under what caused it."""
    events = OutboxEvent.objects.filter(correlation_id=event.correlation_id)
    return list(_linked(events.order_by("position")[:CHAIN]))


def _linked(events: Iterable[OutboxEvent]) -> Iterable[Link]:
    depths: dict[UUID, int] = {}
    for event in events:
        cause = event.causation_id
        depths[event.event_id] = depths[cause] + 1 if cause in depths else 0
        yield Link(event, depths[event.event_id])
