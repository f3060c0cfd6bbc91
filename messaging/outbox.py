"""Publishing: the change and the event that tells of it are one transaction, or neither is."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.transaction import TransactionManagementError

from messaging import contracts
from messaging.arrays import array, columns
from messaging.context import current_origin
from messaging.crash_points import crash_point
from messaging.event import Event
from observing import tracing

_INSERT = """
WITH written AS (
  INSERT INTO outbox_event (event_id, event_name, event_version, event_time, producer, data,
                            correlation_id, causation_id, actor, traceparent)
  SELECT uuidv7(), * FROM unnest(%s::text[], %s::smallint[], %s::timestamptz[], %s::text[],
                                 %s::jsonb[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[])
  RETURNING position, event_name
)
INSERT INTO outbox_delivery (event_id, consumer)
SELECT written.position, subscribed.consumer
  FROM written JOIN unnest(%s::text[], %s::text[]) AS subscribed(event_name, consumer)
    USING (event_name)
 ORDER BY written.position
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


def publish(facts: Iterable[Fact]) -> None:
    """Write the facts to the outbox, each with a delivery for every consumer of its name.

    Raises `contracts.ContractError` for a fact that breaks its schema and
    `TransactionManagementError` outside a transaction: without one the change and its event
    could part.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("publish() belongs into the transaction of the change")
    rows = [_row(fact) for fact in facts]
    if not rows:
        return
    names = sorted({row[0] for row in rows})
    routes = [(name, who) for name in names for who in contracts.consumers_of(name)]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*columns(rows), *(columns(routes) or [array([])] * 2)])
    crash_point("outbox.before_commit")


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
