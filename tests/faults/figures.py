"""A run in numbers."""

from typing import Any

from tests.faults.rig import Rig

_COUNTS = {
    "events": "SELECT count(*) FROM outbox_event",
    "deliveries": "SELECT count(*) FROM outbox_delivery",
    "applied": "SELECT count(*) FROM inbox_event",
    "parked": "SELECT count(*) FROM dead_letter",
    "copies sent": "SELECT coalesce(sum(attempts), 0)::bigint FROM outbox_delivery",
    "entries": "SELECT count(*) FROM billing_app_entry",
    "payouts": "SELECT count(*) FROM billing_app_payout",
    "days closed": "SELECT count(*) FROM billing_app_businessday WHERE status = 'closed'",
    "lost": """
        SELECT count(*) FROM outbox_delivery AS delivery
          JOIN outbox_event AS event ON event.position = delivery.event_id
         WHERE NOT EXISTS (SELECT FROM inbox_event AS inbox
                            WHERE inbox.event_id = event.event_id
                              AND inbox.consumer = delivery.consumer)
           AND NOT EXISTS (SELECT FROM dead_letter AS letter
                            WHERE letter.event_id = event.event_id
                              AND letter.consumer = delivery.consumer)""",
    "doubled": """
        SELECT (SELECT count(*) - count(DISTINCT (consumer, event_id)) FROM inbox_event)
             + (SELECT count(*) - count(DISTINCT (source_id, kind)) FROM billing_app_entry)""",
}


def figures(rig: Rig) -> dict[str, Any]:
    """Counts at rest; copies that were sent and not applied were discarded, or lost on the way."""
    found: dict[str, Any] = {name: int(rig.value(query)) for name, query in _COUNTS.items()}
    wasted = found["copies sent"] - found["applied"] - found["parked"]
    share = found["copies sent"] / max(found["deliveries"], 1)
    return found | {
        "copies discarded or lost on the way": wasted,
        "copies for each delivery": round(share, 2),
    }
