"""Prices: drawn once for a task, by whichever of its events comes first (B2)."""

from collections.abc import Sequence

from django.db import connection

from billing_app import causes, events
from messaging.arrays import array
from messaging.event import Event
from messaging.outbox import publish_selected

_UNPRICED = """
SELECT FROM unnest(%s::uuid[]) AS given(task_id)
 WHERE NOT EXISTS (SELECT FROM billing_app_price AS p WHERE p.task_id = given.task_id) LIMIT 1
"""

# Whole dollars, both ends included: fee 10 to 20 $, reward 20 to 40 $.
_DRAWN = """drawn AS (
  INSERT INTO billing_app_price (task_id, fee_cents, reward_cents)
  SELECT task, (10 + floor(random() * 11)::int) * 100, (20 + floor(random() * 21)::int) * 100
    FROM (SELECT DISTINCT task FROM given ORDER BY task) AS tasks
  ON CONFLICT DO NOTHING
  RETURNING task_id, fee_cents, reward_cents, drawn_at)"""


def price(told_by: Sequence[Event]) -> None:
    """See to it that every task which the events are about has its price; one that is drawn now is
    told."""
    with connection.cursor() as cursor:
        cursor.execute(_UNPRICED, [array(event.data["task_id"] for event in told_by)])
        if not cursor.rowcount:
            return
    publish_selected(events.task_priced(_DRAWN), causes.given(told_by))
