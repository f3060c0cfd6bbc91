"""How the messages are doing: what is on its way to whom, what was given up on, and who works."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count
from django.utils import timezone

from messaging import canaries, contracts, outbox_deliveries
from messaging.models import (
    ConsumerState,
    DeadLetter,
    InboxWaiting,
    OutboxDelivery,
    OutboxEvent,
    WorkerCanary,
)
from messaging.relay import LEADER_LOCK, NAME

OPEN = (OutboxDelivery.State.DUE, OutboxDelivery.State.SENT)
MANY = 20_000  # nobody counts further

_APPLIED_LAST_MINUTE = """
SELECT consumer, count(*) FROM inbox_event
 WHERE applied_at > statement_timestamp() - interval '1 minute' GROUP BY consumer
"""

_APPLIED_LAST_HOUR = """
SELECT count(*) FROM (SELECT FROM inbox_event
 WHERE applied_at > statement_timestamp() - interval '1 hour' LIMIT %s) AS newest
"""

_RELAYS = """
SELECT session.application_name, session.backend_start, lock.pid IS NOT NULL
  FROM pg_stat_activity AS session
  LEFT JOIN pg_locks AS lock
    ON lock.pid = session.pid AND lock.locktype = 'advisory' AND lock.granted
   AND lock.database = session.datid AND lock.classid = 0 AND lock.objid = %s
 WHERE session.datname = current_database()
   AND (lock.pid IS NOT NULL OR starts_with(session.application_name, %s))
 ORDER BY 3 DESC, 2
"""


@dataclass(frozen=True, slots=True)
class Consumer:
    """`due` was never sent, `sent` is not acknowledged, `waiting` came too early, `parked` waits
    for an operator; `applied` in the last minute."""

    name: str
    due: int
    sent: int
    parked: int
    oldest_seconds: float
    waiting: int = 0
    applied: int = 0
    state: ConsumerState | None = None

    @property
    def is_paused(self) -> bool:
        return bool(self.state and self.state.paused_at)


@dataclass(frozen=True, slots=True)
class RelaySession:
    name: str
    since: datetime
    leads: bool


@dataclass(frozen=True, slots=True)
class QueueWatch:
    """Who takes from a queue, and when that was last seen; nobody ever: no worker."""

    queue: str
    worker: str = ""
    seen_at: datetime | None = None

    @property
    def is_alive(self) -> bool:
        age = timezone.now() - self.seen_at if self.seen_at else None
        return age is not None and age.total_seconds() < canaries.STALE_SECONDS


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
    def waiting(self) -> int:
        return sum(consumer.waiting for consumer in self.consumers)

    @property
    def applied(self) -> int:
        return sum(consumer.applied for consumer in self.consumers)

    @property
    def paused(self) -> list[Consumer]:
        return [consumer for consumer in self.consumers if consumer.is_paused]

    @property
    def oldest_seconds(self) -> float:
        return max((consumer.oldest_seconds for consumer in self.consumers), default=0)


def now() -> Health:
    """Counts only what is open, kept or new; indexes hold those, however long the log is."""
    under_way, parked, waiting = _under_way(), _parked(), _waiting()
    ages = {lag.consumer: lag.oldest_seconds for lag in outbox_deliveries.lag()}
    applied, states = dict(_rows(_APPLIED_LAST_MINUTE)), ConsumerState.objects.in_bulk()
    consumers = [
        Consumer(
            name=name,
            due=under_way.get((name, "due"), 0),
            sent=under_way.get((name, "sent"), 0),
            parked=parked.get(name, 0),
            oldest_seconds=ages.get(name, 0),
            waiting=waiting.get(name, 0),
            applied=applied.get(name, 0),
            state=states.get(name),
        )
        for name in contracts.consumers()
    ]
    newest = OutboxEvent.objects.order_by("-position").values_list("created_at", flat=True)
    return Health(consumers, last_event=newest.first())


def applied_last_hour() -> int:
    """At most `MANY`."""
    return int(_rows(_APPLIED_LAST_HOUR, MANY)[0][0])


def relays() -> list[RelaySession]:
    """The leader, if there is one, then those that stand by."""
    return [RelaySession(*row) for row in _rows(_RELAYS, LEADER_LOCK, NAME)]


def workers() -> list[QueueWatch]:
    """Every queue with whoever was last seen taking from it."""
    seen: dict[str, list[QueueWatch]] = {queue: [] for queue in canaries.queues()}
    for canary in WorkerCanary.objects.order_by("queue", "-seen_at"):
        watch = QueueWatch(canary.queue, canary.worker, canary.seen_at)
        seen.setdefault(canary.queue, []).append(watch)
    return [watch for queue, known in seen.items() for watch in _latest(queue, known)]


def _latest(queue: str, known: list[QueueWatch]) -> list[QueueWatch]:
    """Those alive; else the one that was last seen; `known` is the latest first."""
    return [watch for watch in known if watch.is_alive] or known[:1] or [QueueWatch(queue)]


def _under_way() -> dict[tuple[str, str], int]:
    rows = OutboxDelivery.objects.filter(state__in=OPEN).values_list("consumer", "state")
    return {(who, state): count for who, state, count in rows.annotate(Count("id"))}


def _parked() -> dict[str, int]:
    rows = DeadLetter.objects.parked().values_list("consumer").annotate(Count("id"))
    return dict(rows)


def _waiting() -> dict[str, int]:
    return dict(InboxWaiting.objects.values_list("consumer").annotate(Count("id")))


def _rows(query: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return list(cursor.fetchall())
