"""What the mechanism says of its work: one line in the relay, one in the inbox."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from messaging.context import about, in_hand
from messaging.event import Event
from observing import times, tracing

log = logging.getLogger("ates.events")


class Sealed(Protocol):
    """An event on its way to the wire, read only if somebody wants to know."""

    @property
    def traceparent(self) -> str: ...

    def opened(self) -> Event: ...


@contextmanager
def sending(consumer: str, events: Sequence[Sealed]) -> Iterator[None]:
    """Around what the relay hands to the broker."""
    with tracing.span(
        f"send {consumer}.events",
        "PRODUCER",
        parents=[event.traceparent for event in events],
        messaging__system="celery",
        messaging__destination__name=f"{consumer}.events",
        messaging__batch__message_count=len(events),
    ):
        yield
    if log.isEnabledFor(logging.DEBUG):
        _note("sent to %s", consumer, [event.opened() for event in events])


@contextmanager
def handling(consumer: str, events: Sequence[Event]) -> Iterator[None]:
    """Around a handler and the events of one kind that it is given."""
    name = events[0].name
    with (
        in_hand(consumer, events),
        times.handling(consumer, name, len(events)),
        tracing.span(
            f"process {name}",
            "CONSUMER",
            parents=[event.traceparent for event in events],
            messaging__system="celery",
            messaging__consumer__group__name=consumer,
            messaging__batch__message_count=len(events),
        ),
    ):
        yield
    if log.isEnabledFor(logging.DEBUG):
        _note("handled by %s", consumer, events)


def _note(what: str, consumer: str, events: Iterable[Event]) -> None:
    for event in events:
        log.debug(f"%s {what}", event.name, consumer, extra=about([event]))  # noqa: G004
