"""What failed: the count that decides when an event is parked, and the history of its attempts."""

import traceback
from datetime import datetime
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection
from psycopg import errors as postgres

from messaging import leases
from messaging.dead_letters import NAME_LENGTH, printable
from messaging.models import InboxAttempt

MAX_ATTEMPTS = 5

# The database is there, and what was asked of it fails: the limits of a column, of an index, of
# time. It would fail again, so it must not hold up its neighbours for ever.
_OURS = (postgres.ProgramLimitExceeded, postgres.StatementTooComplex, postgres.QueryCanceled)

_COUNT = """
INSERT INTO inbox_failure AS f (consumer, event_id, attempts, last_error, last_at)
VALUES (%s, %s, 1, %s, statement_timestamp())
ON CONFLICT ON CONSTRAINT one_failure_row DO UPDATE
   SET attempts = f.attempts + 1, last_error = excluded.last_error, last_at = excluded.last_at
RETURNING attempts
"""


class WorkerLost(Exception):
    """Every worker that had this event in hand, and nothing else, has died or run out of time."""


def nobodys(error: Exception) -> bool:
    """Whether the error tells of the database, or of time, and not of the events."""
    if isinstance(error, OperationalError):
        return not isinstance(error.__cause__, _OURS)
    return isinstance(error, InterfaceError | SoftTimeLimitExceeded)


def count(consumer: str, event_id: UUID, error: Exception, began: datetime) -> int:
    """Note an attempt that failed; how many there have been."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [consumer, event_id, printable(repr(error))])
        number = int(cursor.fetchone()[0])
    InboxAttempt.objects.create(
        consumer=consumer,
        event_id=event_id,
        number=number,
        started_at=began,
        worker=leases.worker(),
        error_kind=type(error).__name__[:NAME_LENGTH],
        error=printable(error),
        traceback=printable("".join(traceback.format_exception(error))),
    )
    return number


def forget(consumer: str, event_ids: list[UUID]) -> None:
    """In the transaction of their effect: they have succeeded after all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM inbox_failure WHERE consumer = %s AND event_id = ANY(%s)",
            [consumer, event_ids],
        )
