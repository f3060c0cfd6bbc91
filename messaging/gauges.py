"""How deliveries are doing, for Prometheus. Queries look only at what is open, through indexes."""

from collections.abc import Iterable
from typing import Final

from messaging import contracts
from messaging.relay import LEADER_LOCK
from observing.gauge import Gauge


def _consumers() -> Iterable[tuple[str, ...]]:
    return [(consumer,) for consumer in contracts.consumers()]


def _open_states() -> Iterable[tuple[str, ...]]:
    return [(who, state) for who in contracts.consumers() for state in ("due", "sent")]


GAUGES: Final = [
    Gauge(
        "ates_deliveries",
        "Deliveries on their way: never sent, or sent and not acknowledged.",
        """SELECT consumer, state, count(*) FROM outbox_delivery
            WHERE state IN ('due', 'sent') GROUP BY consumer, state""",
        ("consumer", "state"),
        _open_states,
    ),
    Gauge(
        "ates_oldest_delivery_seconds",
        "Age of the oldest event that a consumer has not acknowledged.",
        """SELECT consumer, extract(epoch FROM statement_timestamp() - told.created_at)
             FROM (SELECT consumer, min(event_id) AS position FROM outbox_delivery
                    WHERE state IN ('due', 'sent') GROUP BY consumer) AS oldest
             JOIN outbox_event AS told USING (position)""",
        ("consumer",),
        _consumers,
    ),
    Gauge(
        "ates_waiting_events",
        "Events that wait for another event.",
        "SELECT consumer, count(*) FROM inbox_waiting GROUP BY consumer",
        ("consumer",),
        _consumers,
    ),
    Gauge(
        "ates_dead_letters",
        "Parked events that an operator has to look at.",
        "SELECT consumer, count(*) FROM dead_letter WHERE state = 'parked' GROUP BY consumer",
        ("consumer",),
        _consumers,
    ),
    Gauge(
        "ates_consumer_paused",
        "1 while a consumer is paused.",
        "SELECT consumer, (paused_at IS NOT NULL)::int FROM consumer_state",
        ("consumer",),
        _consumers,
    ),
    Gauge(
        "ates_canary_age_seconds",
        "Time since a worker last showed that it takes messages from a queue.",
        """SELECT queue, extract(epoch FROM statement_timestamp() - max(seen_at))
             FROM worker_canary GROUP BY queue""",
        ("queue",),
    ),
    Gauge(
        "ates_relay_leaders",
        "Relays that lead: 1, or nothing is brought to anybody.",
        f"""SELECT count(*) FROM pg_locks
             WHERE locktype = 'advisory' AND granted AND (classid, objid) = (0, {LEADER_LOCK})
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""",  # noqa: S608
    ),
]
