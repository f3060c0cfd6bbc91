"""Publishing: the change and the event that tells of it are one transaction, or neither is."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.transaction import TransactionManagementError

from messaging import bulk_contracts, contracts
from messaging.arrays import array, columns
from messaging.context import current_origin
from messaging.crash_points import crash_point
from messaging.event import Event
from observing import tracing

# What is urgent has been due since yesterday, and so is claimed first.
_INSERT = """
WITH written AS (
  INSERT INTO outbox_event (event_id, event_name, event_version, event_time, producer, data,
                            correlation_id, causation_id, actor, traceparent)
  SELECT uuidv7(), * FROM unnest(%s::text[], %s::smallint[], %s::timestamptz[], %s::text[],
                                 %s::jsonb[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[])
  RETURNING position, event_name
)
INSERT INTO outbox_delivery (event_id, consumer, next_attempt_at)
SELECT written.position, subscribed.consumer,
       statement_timestamp() - make_interval(days => ahead)
  FROM written
  JOIN unnest(%s::text[], %s::text[], %s::int[]) AS subscribed(event_name, consumer, ahead)
 USING (event_name)
 ORDER BY written.position
"""

_INSERT_SELECTED = """
WITH {}, written AS (
  INSERT INTO outbox_event (event_id, event_name, event_version, event_time, producer, data,
                            correlation_id, causation_id, actor, traceparent)
  SELECT uuidv7(), %(event_name)s, %(event_version)s, time, %(producer)s, data,
         correlation, cause, actor, trace FROM told
  RETURNING position, data
), delivered AS (
  INSERT INTO outbox_delivery (event_id, consumer, next_attempt_at)
  SELECT position, consumer, statement_timestamp() - make_interval(days => %(ahead)s)
    FROM written CROSS JOIN unnest(%(consumers)s::text[]) AS consumer
   ORDER BY position
)
SELECT coalesce(json_agg(data), '[]')::text FROM written
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened: `data` keeps its schema, `at` is when (aware), `cause` is the
    event that led to it, if one did."""

    name: str
    version: int
    data: dict[str, Any]
    at: datetime
    cause: Event | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Facts of one kind that PostgreSQL finds while it does the work, where Python would only carry
    them from one statement to the next. `steps` are common table expressions; the last is `told`,
    with the columns `data`, `time`, `correlation`, `cause`, `actor` and `trace`."""

    name: str
    version: int
    steps: tuple[str, ...]


def from_here() -> dict[str, Any]:
    """Parameters for what no event has caused: `correlation`, `actor` and `trace`."""
    origin = current_origin()
    return {
        "correlation": origin.correlation_id,
        "actor": origin.actor,
        "trace": tracing.traceparent(""),
    }


def publish_selected(facts: Selection, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Do the work, write its facts to the outbox, and give back the data of each.

    Raises like `publish`; a fact that breaks its schema is written by then, in a transaction that
    must not commit.
    """
    _refuse_without_transaction()
    route: dict[str, Any] = {
        "event_name": facts.name,
        "event_version": facts.version,
        "producer": contracts.producer_of(facts.name),
        "consumers": array(contracts.consumers_of(facts.name)),
        "ahead": int(contracts.is_urgent(facts.name)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_SELECTED.format(", ".join(facts.steps)), {**parameters, **route})
        told: list[dict[str, Any]] = json.loads(cursor.fetchone()[0])
    if not bulk_contracts.data_keep(facts.name, facts.version, told):
        for data in told:
            contracts.check_data(facts.name, facts.version, data)
    crash_point("outbox.before_commit")
    return told


def publish(facts: Iterable[Fact]) -> None:
    """Write the facts to the outbox, each with a delivery for every consumer of its name.

    Raises `contracts.ContractError` for a fact that breaks its schema and
    `TransactionManagementError` outside a transaction: without one the change and its event
    could part.
    """
    _refuse_without_transaction()
    rows = [_row(fact) for fact in facts]
    if not rows:
        return
    names = sorted({row[0] for row in rows})
    routes = [
        (name, who, int(contracts.is_urgent(name)))
        for name in names
        for who in contracts.consumers_of(name)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*columns(rows), *(columns(routes) or [array([])] * 3)])
    crash_point("outbox.before_commit")


def _refuse_without_transaction() -> None:
    if not connection.in_atomic_block:
        raise TransactionManagementError("publish() belongs into the transaction of the change")


def _row(fact: Fact) -> tuple[Any, ...]:
    contracts.check_data(fact.name, fact.version, fact.data)
    correlation_id, causation_id, actor = _origin(fact)
    return (
        fact.name,
        fact.version,
        fact.at,
        contracts.producer_of(fact.name),
        json.dumps(fact.data),
        correlation_id,
        causation_id,
        actor,
        tracing.traceparent(fact.cause.traceparent if fact.cause else ""),
    )


def _origin(fact: Fact) -> tuple[UUID, UUID | None, UUID | None]:
    if fact.cause:
        return fact.cause.correlation_id, fact.cause.event_id, fact.cause.actor
    origin = current_origin()
    return origin.correlation_id, None, origin.actor
