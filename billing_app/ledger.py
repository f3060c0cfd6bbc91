"""Posting: the only way money moves, apart from the payout at a day's close."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection
from psycopg import errors as postgres

from billing_app import causes, events
from billing_app.locks import POSTING_TURN
from billing_app.models import Kind
from messaging.arrays import array
from messaging.context import about
from messaging.event import Event, Impossible
from messaging.outbox import publish_selected

log = logging.getLogger("ates.billing")

_OPEN_ACCOUNTS = """
INSERT INTO billing_app_account (public_id, name, email, role, is_active, language, version)
SELECT public_id, '', '', '', true, 'en', 0 FROM unnest(%s::uuid[]) AS public_id ORDER BY public_id
ON CONFLICT DO NOTHING
"""

_NUMBERS = "SELECT public_id, id FROM billing_app_account WHERE public_id = ANY(%s::uuid[])"
_TURN = "SELECT pg_advisory_xact_lock(%s)"

_STRANGERS = """
SELECT DISTINCT account FROM unnest(%s::uuid[]) AS account
 WHERE NOT EXISTS (SELECT FROM billing_app_account AS a WHERE a.public_id = account)
"""

# An account or a price that is missing would be NULL, which the journal refuses.
_BOOKED = """gathered AS MATERIALIZED (
  SELECT array_agg(a.id) AS accounts,
         array_agg(CASE %(kind)s WHEN 1 THEN -p.fee_cents ELSE p.reward_cents END) AS amounts,
         array_agg(source) AS sources, array_agg(task) AS tasks, array_agg(event) AS events,
         array_agg(actor) AS actors, array_agg(time) AS times
    FROM given
    LEFT JOIN billing_app_account AS a ON a.public_id = account
    LEFT JOIN billing_app_price AS p ON p.task_id = task
), booked AS MATERIALIZED (
  SELECT entry.*, %(kind_name)s::text AS kind_name
    FROM gathered, billing_post(
           accounts, array_fill(%(kind)s::smallint, ARRAY[cardinality(events)]), amounts, sources,
           tasks, events, actors, times, %(zone)s) AS entry)"""

_SOURCES = {Kind.FEE: "assignment_id", Kind.REWARD: "completion_id"}


def take_turn() -> None:
    """Wait until no other batch is being booked; to be called before a transaction's first write.

    A batch locks its accounts and tasks in the order of its kinds, so two at once that share some
    would run into each other's deadlocks. They would wait for the shared rows anyway.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TURN, [POSTING_TURN])


def post(kind: Kind, told_by: Sequence[Event]) -> None:
    """Book what is not booked yet at the prices of the tasks, each on its own day or, if that is
    closed, on the oldest open one, and tell of it. What is booked is the assignment or completion,
    once, whatever comes how often. Raises `messaging.event.Impossible` for one that is booked with
    other contents and for one dated beyond tomorrow or more than 400 days back."""
    _open_for_strangers(array(event.data["account_id"] for event in told_by))
    parameters = causes.given(told_by, source=_SOURCES[kind]) | {
        "kind": int(kind),
        "kind_name": kind.name.lower(),
        "zone": settings.BUSINESS_TIME_ZONE,
    }
    try:
        booked = publish_selected(events.entries_posted(_BOOKED), parameters)
    except DatabaseError as error:
        if isinstance(error.__cause__, postgres.UniqueViolation | postgres.DatetimeFieldOverflow):
            raise Impossible(str(error.__cause__).splitlines()[0]) from error
        raise
    if log.isEnabledFor(logging.DEBUG):
        _note(booked, {event.data[_SOURCES[kind]]: event for event in told_by})


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


def _open_for_strangers(accounts: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STRANGERS, [accounts])
        if strangers := [row[0] for row in cursor.fetchall()]:
            open_accounts(strangers)


def _note(booked: Sequence[dict[str, Any]], sources: Mapping[str, Event]) -> None:
    for entry in booked:
        cause = about([sources[entry["source_id"]]])
        log.debug("booked %s %s cents", entry["kind"], entry["amount_cents"], extra=cause)
