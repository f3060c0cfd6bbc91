"""Prices: drawn once for a task, by whichever of its events comes first (B2)."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from billing_app import events
from messaging.arrays import array
from messaging.event import Event
from messaging.outbox import publish

# Whole dollars, both ends included: fee 10 to 20 $, reward 20 to 40 $.
_DRAW = """
INSERT INTO billing_app_price (task_id, fee_cents, reward_cents)
SELECT task_id, (10 + floor(random() * 11)::int) * 100, (20 + floor(random() * 21)::int) * 100
  FROM unnest(%s::uuid[]) AS task_id ORDER BY task_id
ON CONFLICT DO NOTHING
RETURNING task_id, fee_cents, reward_cents, drawn_at
"""
_KNOWN = """
SELECT task_id, fee_cents, reward_cents, drawn_at FROM billing_app_price
 WHERE task_id = ANY(%s::uuid[])
"""


class Drawn(NamedTuple):
    """A row of `Price`, without the cost of a model: a batch has hundreds."""

    task_id: UUID
    fee_cents: int
    reward_cents: int
    drawn_at: datetime


def price_of(told_by: Iterable[Event]) -> dict[UUID, Drawn]:
    """The price of every task that the events are about; drawn, and told, where it is new."""
    causes = {UUID(event.data["task_id"]): event for event in told_by}
    prices = _prices(_KNOWN, causes)
    if missing := causes.keys() - prices.keys():
        drawn = _prices(_DRAW, missing)
        publish(events.task_priced(price, causes[price.task_id]) for price in drawn.values())
        prices |= _prices(_KNOWN, missing)
    return prices


def _prices(statement: str, task_ids: Iterable[UUID]) -> dict[UUID, Drawn]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [array(sorted(task_ids))])
        return {row[0]: Drawn(*row) for row in cursor.fetchall()}
