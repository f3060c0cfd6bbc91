"""The state of every service as text, so that two states are the same when their bytes are.

Left out is what does not follow from the events: numbers that the database gives in order of
arrival (ids of accounts, entries and runs, and the digests, which cover them), and clock times at
which something was written down or drawn (posted_at, drawn_at, made_at, checked_at; of payouts and
corrections also occurred_at, and closed_at, since those happen whenever somebody acts). Ids drawn
for a payout or a correction are replaced by what it is of. Days ahead that nothing was booked in
belong to the calendar, not to the events.
"""

import json
from typing import Any

from django.db import connection

from messaging.models import OutboxEvent

ANALYTICS = {
    "analytics accounts": "SELECT * FROM analytics_app_account",
    "analytics tasks": "SELECT * FROM analytics_app_task",
    "analytics days": "SELECT {columns} FROM analytics_app_daytotal",
}

REPLICAS = {
    "tracker's accounts": "SELECT * FROM tasks_app_account",
    "tracker's prices": "SELECT public_id, fee_cents, reward_cents FROM tasks_app_task",
}

BILLING = {
    "accounts": """
        SELECT public_id, name, email, role, is_active, language, version
          FROM billing_app_account""",
    "tasks": "SELECT * FROM billing_app_task",
    "prices": "SELECT task_id, fee_cents, reward_cents FROM billing_app_price",
    "days": """
        SELECT day, status, closed_by, entries, fees_cents, rewards_cents, adjusted_cents,
               payouts_cents
          FROM billing_app_businessday d
         WHERE status <> 'open' OR EXISTS (SELECT FROM billing_app_cycle c WHERE c.day = d.day)""",
    "cycles": """
        SELECT c.day, a.public_id, c.opening_cents, c.charged_cents, c.earned_cents,
               c.adjusted_cents, c.paid_cents, c.closing_cents
          FROM billing_app_cycle c JOIN billing_app_account a ON a.id = c.account_id""",
    "entries": """
        SELECT a.public_id, e.amount_cents, e.day, e.kind, e.source_id, e.task_id, e.event_id,
               e.actor, r.source_id AS reverses,
               CASE WHEN e.kind IN (1, 2) THEN e.occurred_at END AS occurred_at
          FROM billing_app_entry e JOIN billing_app_account a ON a.id = e.account_id
          LEFT JOIN billing_app_entry r ON r.id = e.reverses_id""",
    "payouts": """
        SELECT a.public_id, p.day, p.amount_cents, p.state, p.attempts
          FROM billing_app_payout p JOIN billing_app_account a ON a.id = p.account_id""",
    "corrections": """
        SELECT e.source_id, e.kind, c.reason, c.requested_by, c.state, c.decided_by
          FROM billing_app_correction c JOIN billing_app_entry e ON e.id = c.entry_id""",
    "control totals": "SELECT * FROM billing_app_controltotal",
}

_DRAWN_IDS = """
SELECT p.id, concat_ws(' ', 'payout', p.day, a.public_id)
  FROM billing_app_payout p JOIN billing_app_account a ON a.id = p.account_id
 UNION ALL
SELECT c.id, concat_ws(' ', 'correction', e.source_id, e.kind)
  FROM billing_app_correction c JOIN billing_app_entry e ON e.id = c.entry_id
"""

_DAY_COLUMNS = """day, fees_cents, rewards_cents, adjusted_cents, paid_out_cents, payouts,
                  assignments, completions, shuffles, closed_at IS NOT NULL AS closed"""


def analytics(closed_at: bool = True) -> bytes:
    """The read models, to the last column; without the clock's `closed_at` if so asked."""
    return _bytes(_rows(ANALYTICS, "*" if closed_at else _DAY_COLUMNS))


def everything() -> bytes:
    """Replicas, ledger, read models, and what billing has told."""
    found = _rows(REPLICAS | BILLING | ANALYTICS, _DAY_COLUMNS) | {"told": _told_by_billing()}
    text = _bytes(found).decode()
    with connection.cursor() as cursor:
        cursor.execute(_DRAWN_IDS)
        for drawn, meaning in cursor.fetchall():
            text = text.replace(str(drawn), meaning)
    return "\n".join(sorted(text.splitlines())).encode()


def _rows(tables: dict[str, str], day_columns: str) -> dict[str, list[Any]]:
    found = {}
    with connection.cursor() as cursor:
        for name, query in tables.items():
            cursor.execute(query.format(columns=day_columns))
            found[name] = [list(row) for row in cursor.fetchall()]
    return found


def _told_by_billing() -> list[Any]:
    """Whatever event of a task came first has its price drawn, and so is the cause of that."""
    return [
        [
            event.event_name,
            {key: value for key, value in event.data.items() if key not in ("entry_id", "digest")},
            event.causation_id if event.event_name == "billing.entry_posted" else None,
        ]
        for event in OutboxEvent.objects.filter(producer="billing")
    ]


def _bytes(tables: dict[str, list[Any]]) -> bytes:
    """A line for each row, sorted: their order is the database's business."""
    lines = [
        f"{name} {json.dumps(row, default=str, sort_keys=True, ensure_ascii=False)}"
        for name, rows in tables.items()
        for row in rows
    ]
    return "\n".join(sorted(lines)).encode()
