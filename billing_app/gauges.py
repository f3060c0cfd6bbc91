"""What an operator of the ledger has to know, for Prometheus."""

from typing import Final

from observing.gauge import Gauge

GAUGES: Final = [
    Gauge(
        "ates_payouts_failed",
        "Payout notices that could not be sent; the money has moved.",
        "SELECT count(*) FROM billing_app_payout WHERE state = 'failed'",
    ),
    Gauge(
        "ates_oldest_unsent_payout_seconds",
        "Age of the oldest payout whose notice has not been sent.",
        """SELECT coalesce(extract(epoch FROM statement_timestamp() - min(made_at)), 0)
             FROM billing_app_payout WHERE state <> 'sent'""",
    ),
    Gauge(
        "ates_open_days_over",
        "Days that are open though the day after them is over.",
        """SELECT count(*) FROM billing_app_businessday
            WHERE status <> 'closed' AND day < current_date - 1""",
    ),
    Gauge(
        "ates_ledger_differences",
        "What the newest reconciliation of all days found to contradict.",
        """SELECT coalesce(sum(found.value::bigint), 0)
             FROM (SELECT verdicts FROM billing_app_reconciliation WHERE day IS NULL
                    ORDER BY checked_at DESC, id DESC LIMIT 1) AS newest,
                  jsonb_each_text(newest.verdicts) AS found""",
    ),
    Gauge(
        "ates_reconciliation_age_seconds",
        "Time since all days were last reconciled.",
        """SELECT extract(epoch FROM statement_timestamp() - max(checked_at))
             FROM billing_app_reconciliation WHERE day IS NULL HAVING count(*) > 0""",
    ),
]
