"""Posting: the only way money moves, apart from the payout at a day's close."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection
from psycopg import errors as postgres

from billing_app import events
from billing_app.locks import POSTING_TURN
from billing_app.models import Kind
from messaging.arrays import array, columns
from messaging.context import about
from messaging.event import Event, Impossible
from messaging.outbox import publish

log = logging.getLogger("ates.billing")

_OPEN_ACCOUNTS = """
INSERT INTO billing_app_account (public_id, name, email, role, is_active, language, version)
SELECT public_id, '', '', '', true, 'en', 0 FROM unnest(%s::uuid[]) AS public_id ORDER BY public_id
ON CONFLICT DO NOTHING
"""

_NUMBERS = "SELECT public_id, id FROM billing_app_account WHERE public_id = ANY(%s::uuid[])"
_TURN = "SELECT pg_advisory_xact_lock(%s)"
_POST = """
SELECT id, account_id, amount_cents, day, kind, source_id, task_id, occurred_at
  FROM billing_post(%s::bigint[], %s::smallint[], %s::bigint[], %s::uuid[], %s::uuid[],
                    %s::uuid[], %s::uuid[], %s::timestamptz[], %s)
"""


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement: `amount_cents` as the worker sees it, `source_id` the assignment or completion
    that it books (once, whatever comes how often), `cause` the event that told of it."""

    account_id: UUID
    kind: Kind
    amount_cents: int
    source_id: UUID
    task_id: UUID
    happened_at: datetime
    cause: Event


class Booked(NamedTuple):
    """An entry as the journal gives it back, without the cost of a model: there are thousands."""

    id: int
    account_id: int
    amount_cents: int
    day: date
    kind: int
    source_id: UUID
    task_id: UUID | None
    occurred_at: datetime

    @property
    def kind_name(self) -> str:
        return Kind(self.kind).name.lower()


def take_turn() -> None:
    """Wait until no other batch is being booked; to be called before a transaction's first write.

    A batch locks its accounts and tasks in the order of its kinds, so two at once that share some
    would run into each other's deadlocks. They would wait for the shared rows anyway.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TURN, [POSTING_TURN])


def post(postings: Sequence[Posting]) -> list[Booked]:
    """Book what is not booked yet, each on its own day or, if that is closed, on the oldest open
    one; the new entries. Raises `messaging.event.Impossible` for a source that is booked with other
    contents and for one dated beyond tomorrow or more than 400 days back."""
    if not postings:
        return []
    account_ids = open_accounts([posting.account_id for posting in postings])
    rows = [_row(posting, account_ids) for posting in postings]
    try:
        booked = book(_POST, [*columns(rows), settings.BUSINESS_TIME_ZONE])
    except DatabaseError as error:
        if isinstance(error.__cause__, postgres.UniqueViolation | postgres.DatetimeFieldOverflow):
            raise Impossible(str(error.__cause__).splitlines()[0]) from error
        raise
    _tell(booked, postings, {number: public for public, number in account_ids.items()})
    return booked


def book(statement: str, parameters: Sequence[Any]) -> list[Booked]:
    """Run a statement that writes entries and selects the columns of `Booked`."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [Booked(*row) for row in cursor.fetchall()]


def open_accounts(public_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Public id → ledger account; opened for whoever has none yet (B1)."""
    known = _numbers(public_ids)
    if missing := set(public_ids) - known.keys():
        with connection.cursor() as cursor:
            cursor.execute(_OPEN_ACCOUNTS, [array(sorted(missing))])
        known |= _numbers(missing)
    return known


def _numbers(public_ids: Iterable[UUID]) -> dict[UUID, int]:
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [array(set(public_ids))])
        return dict(cursor.fetchall())


def _row(posting: Posting, account_ids: dict[UUID, int]) -> tuple[object, ...]:
    return (
        account_ids[posting.account_id],
        int(posting.kind),
        posting.amount_cents,
        posting.source_id,
        posting.task_id,
        posting.cause.event_id,
        posting.cause.actor,
        posting.happened_at,
    )


def _tell(booked: list[Booked], postings: Sequence[Posting], public_ids: dict[int, UUID]) -> None:
    causes = {posting.source_id: posting.cause for posting in postings}
    publish(
        events.entry_posted(entry, public_ids[entry.account_id], causes[entry.source_id])
        for entry in booked
    )
    _note(booked, causes)


def _note(booked: list[Booked], causes: Mapping[UUID, Event]) -> None:
    if log.isEnabledFor(logging.DEBUG):
        for entry in booked:
            cause = about([causes[entry.source_id]])
            log.debug("booked %s %s cents", entry.kind_name, entry.amount_cents, extra=cause)
