"""An event as a handler sees it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, SafeUUID


class Event(NamedTuple):
    """A validated event; `time` is when it happened, `data` keeps the schema of its version.
    `raised_from` is the version it was told in, if it has been raised to a newer one since."""

    event_id: UUID
    name: str
    version: int
    time: datetime
    producer: str
    data: dict[str, Any]
    correlation_id: UUID
    causation_id: UUID | None
    actor: UUID | None
    traceparent: str = ""
    raised_from: int | None = None

    @property
    def told_version(self) -> int:
        return self.raised_from or self.version

    @classmethod
    def of(cls, envelope: Mapping[str, Any]) -> "Event":
        """The event in an envelope that has passed `contracts.check`."""
        return cls.told_in(envelope, valid_uuid)

    @classmethod
    def told_in(
        cls,
        envelope: Mapping[str, Any],
        uuid: Callable[[str], UUID] = UUID,
    ) -> "Event":
        """The event in an envelope that nobody has checked, if it is whole enough to hold one."""
        cause, actor = envelope["causation_id"], envelope["actor"]
        return cls(
            event_id=uuid(envelope["event_id"]),
            name=envelope["event_name"],
            version=int(envelope["event_version"]),
            time=datetime.fromisoformat(envelope["event_time"]),
            producer=envelope["producer"],
            data=envelope["data"],
            correlation_id=uuid(envelope["correlation_id"]),
            causation_id=uuid(cause) if cause else None,
            actor=uuid(actor) if actor else None,
            traceparent=envelope.get("traceparent", ""),
        )

    def envelope(self) -> dict[str, Any]:
        """The event as it went over the wire."""
        return {
            "event_id": str(self.event_id),
            "event_name": self.name,
            "event_version": self.version,
            "event_time": self.time.isoformat(),
            "producer": self.producer,
            "data": self.data,
            "correlation_id": str(self.correlation_id),
            "causation_id": str(self.causation_id) if self.causation_id else None,
            "actor": str(self.actor) if self.actor else None,
            "traceparent": self.traceparent,
        }


def valid_uuid(text: str) -> UUID:
    """What `UUID(text)` makes of the canonical form, in half the time; a schema has seen it."""
    made = object.__new__(UUID)
    object.__setattr__(made, "int", int(text.replace("-", ""), 16))
    object.__setattr__(made, "is_safe", SafeUUID.unknown)
    return made


class NotYet(Exception):
    """The event cannot be applied before another one has come, one that has `key`: "task:<uuid>"
    for an event with that `task_id`. It is kept until then, and nothing is counted."""

    def __init__(self, key: str) -> None:
        super().__init__(f"waits for {key}")
        self.key = key


class Impossible(Exception):
    """The event contradicts what is already booked; waiting will not help, so it is parked."""


Handler = Callable[[Sequence[Event]], None]
Subscriptions = Mapping[tuple[str, int], Handler]
