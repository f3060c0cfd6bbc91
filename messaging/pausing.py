"""A consumer at which nothing succeeds any more is paused: an outage of what its handlers need must
not fill the dead letters. The system tries one event a minute and resumes by itself; what an
operator paused, an operator resumes.
"""

import logging
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

FAILURES = 50
PROBE_SECONDS = 60

log = logging.getLogger("ates.inbox")

_LOOK = """
SELECT coalesce(s.paused_at IS NOT NULL, false), coalesce(s.failures, 0),
       EXISTS (SELECT FROM inbox_lease AS l WHERE l.consumer = given.consumer)
  FROM (SELECT %s AS consumer) AS given LEFT JOIN consumer_state AS s USING (consumer)
"""

_FAILED = """
INSERT INTO consumer_state AS s (consumer, failures) VALUES (%(consumer)s, 1)
ON CONFLICT (consumer) DO UPDATE SET failures = s.failures + 1
RETURNING failures, paused_at IS NOT NULL
"""

_PAUSE = """
INSERT INTO consumer_state AS s (consumer, paused_at, reason, paused_by, probe_at)
VALUES (%s, statement_timestamp(), %s, %s, statement_timestamp() + make_interval(secs => %s))
ON CONFLICT (consumer) DO UPDATE
   SET paused_at = excluded.paused_at, reason = excluded.reason, paused_by = excluded.paused_by,
       probe_at = excluded.probe_at
 WHERE s.paused_at IS NULL OR excluded.paused_by IS NOT NULL
"""

_RESUME = """
UPDATE consumer_state SET failures = 0, paused_at = NULL, reason = '', paused_by = NULL,
       probe_at = NULL
 WHERE consumer = %s AND paused_at IS NOT NULL
"""

_SUCCEEDED = """
UPDATE consumer_state AS s SET failures = 0, paused_at = NULL, reason = '', probe_at = NULL
 WHERE consumer = %s AND paused_by IS NULL
RETURNING (SELECT paused_at FROM consumer_state AS old WHERE old.consumer = s.consumer)
"""

_PROBE = """
UPDATE consumer_state SET probe_at = statement_timestamp() + make_interval(secs => %s)
 WHERE consumer = %s AND paused_at IS NOT NULL AND paused_by IS NULL
   AND probe_at <= statement_timestamp()
RETURNING consumer
"""


@dataclass(slots=True)
class Condition:
    """How a consumer is doing; `failures` are those since the last event that was applied, `busy`
    when any worker has events in hand, or had when it died."""

    paused: bool = False
    failures: int = 0
    busy: bool = False


def condition(consumer: str) -> Condition:
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [consumer])
        return Condition(*cursor.fetchone())


def pause(consumer: str, reason: str, by: UUID | None = None) -> None:
    """Let the consumer take nothing more; `by` is the operator (None: the system, which probes)."""
    with connection.cursor() as cursor:
        cursor.execute(_PAUSE, [consumer, reason, by, PROBE_SECONDS])
    log.error("%s is paused: %s", consumer, reason)


def resume(consumer: str, by: UUID | None = None) -> None:
    """Let the consumer take events again, whoever paused it; not paused, nothing changes."""
    with connection.cursor() as cursor:
        cursor.execute(_RESUME, [consumer])
        if cursor.rowcount:
            log.warning("%s is resumed by %s", consumer, by or "the system")


def failed(consumer: str, error: str) -> bool:
    """One more event failed for the first time; whether that pauses the consumer."""
    with connection.cursor() as cursor:
        cursor.execute(_FAILED, {"consumer": consumer})
        failures, paused = cursor.fetchone()
    if failures >= FAILURES and not paused:
        pause(consumer, f"{failures} events in a row have failed, the last with {error}")
    return bool(paused or failures >= FAILURES)


def succeeded(consumer: str) -> None:
    """An event was applied: the count begins anew, and a pause of the system's ends."""
    with connection.cursor() as cursor:
        cursor.execute(_SUCCEEDED, [consumer])
        if (row := cursor.fetchone()) and row[0]:
            log.warning("%s is resumed: a probe was applied", consumer)


def paused() -> set[str]:
    """The consumers that take nothing, but a probe now and then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT consumer FROM consumer_state WHERE paused_at IS NOT NULL")
        return {row[0] for row in cursor.fetchall()}


def claim_probe(consumer: str) -> bool:
    """Whether it is time to try a paused consumer with one event; true once a minute."""
    with connection.cursor() as cursor:
        cursor.execute(_PROBE, [PROBE_SECONDS, consumer])
        return cursor.fetchone() is not None
