"""How the messages are doing: what is on its way to whom, and what has been given up on."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from messaging import contracts, outbox_deliveries
from messaging.models import DeadLetter, OutboxDelivery, OutboxEvent

OPEN = (OutboxDelivery.State.DUE, OutboxDelivery.State.SENT)


@dataclass(frozen=True, slots=True)
class Consumer:
    """`due` was never sent, `sent` is not acknowledged, `parked` waits for an operator."""

    name: str
    due: int
    sent: int
    parked: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Health:
    consumers: list[Consumer]
    last_event: datetime | None

    @property
    def open(self) -> int:
        return sum(consumer.due + consumer.sent for consumer in self.consumers)

    @property
    def parked(self) -> int:
        return sum(consumer.parked for consumer in self.consumers)

    @property
    def oldest_seconds(self) -> float:
        return max((consumer.oldest_seconds for consumer in self.consumers), default=0)


def now() -> Health:
    """Counts only what is open or parked; indexes hold those, however long the log is."""
    under_way, parked = _under_way(), _parked()
    ages = {lag.consumer: lag.oldest_seconds for lag in outbox_deliveries.lag()}
    consumers = [
        Consumer(
            name=name,
            due=under_way.get((name, "due"), 0),
            sent=under_way.get((name, "sent"), 0),
            parked=parked.get(name, 0),
            oldest_seconds=ages.get(name, 0),
        )
        for name in contracts.consumers()
    ]
    newest = OutboxEvent.objects.order_by("-position").values_list("created_at", flat=True)
    return Health(consumers, last_event=newest.first())


def _under_way() -> dict[tuple[str, str], int]:
    rows = OutboxDelivery.objects.filter(state__in=OPEN).values_list("consumer", "state")
    return {(who, state): count for who, state, count in rows.annotate(Count("id"))}


def _parked() -> dict[str, int]:
    rows = DeadLetter.objects.parked().values_list("consumer").annotate(Count("id"))
    return dict(rows)
