"""Prices: drawn once for a task, by whichever of its events comes first (B2)."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from billing_app import events
from billing_app.models import Price
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


def price_of(told_by: Iterable[Event]) -> dict[UUID, Price]:
    """The price of every task that the events are about; drawn, and told, where it is new."""
    causes = {UUID(event.data["task_id"]): event for event in told_by}
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, [array(sorted(causes))])
        drawn = [
            Price(task_id=task_id, fee_cents=fee, reward_cents=reward, drawn_at=at)
            for task_id, fee, reward, at in cursor.fetchall()
        ]
    publish(events.task_priced(price, causes[price.task_id]) for price in drawn)
    prices = {price.task_id: price for price in drawn}
    return prices | Price.objects.in_bulk([key for key in causes if key not in prices])
