"""Reconciliation: the ledger proves, at any time, that it is whole.

Each check is one query that lists what is wrong; nothing listed means proved.
"""

from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext, gettext_noop


@dataclass(frozen=True, slots=True)
class Check:
    """A proof, what it found, and by how much: `differences` counts rows, 0 is proved."""

    name: str
    differences: int

    @property
    def ok(self) -> bool:
        return self.differences == 0

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return gettext(self.name)


# Name → a query that returns one row for everything that contradicts the claim.
CLAIMS = {
    gettext_noop("cached balances are the sums of their entries"): """
        SELECT FROM (SELECT day, account_id, sum(amount_cents) AS cents
                       FROM billing_app_entry GROUP BY day, account_id) e
          FULL JOIN (SELECT day, account_id, closing_cents - opening_cents AS cents
                       FROM billing_app_cycle) c USING (day, account_id)
         WHERE coalesce(e.cents, 0) <> coalesce(c.cents, 0)""",
    gettext_noop("every day opens with the debt that the day before closed with"): """
        SELECT FROM (SELECT c.day + 1 AS day, c.account_id, c.closing_cents AS cents
                       FROM billing_app_cycle c JOIN billing_app_businessday b USING (day)
                      WHERE b.status = 'closed' AND c.closing_cents <> 0) closed
          FULL JOIN (SELECT day, account_id, opening_cents AS cents
                       FROM billing_app_cycle WHERE opening_cents <> 0) opened
            USING (day, account_id)
         WHERE closed.cents IS DISTINCT FROM opened.cents""",
    gettext_noop("no closed day holds an unpaid positive balance"): """
        SELECT FROM billing_app_cycle c JOIN billing_app_businessday b USING (day)
         WHERE b.status = 'closed' AND c.closing_cents > 0""",
    gettext_noop("payouts and payout entries are one to one"): """
        SELECT FROM billing_app_payout p
          FULL JOIN (SELECT * FROM billing_app_entry WHERE kind = 3) e ON e.source_id = p.id
         WHERE (p.account_id, p.amount_cents, p.day)
               IS DISTINCT FROM (e.account_id, -e.amount_cents, e.day)""",
    gettext_noop("fees and rewards are the prices of their tasks"): """
        SELECT FROM billing_app_entry e LEFT JOIN billing_app_price p USING (task_id)
         WHERE e.reverses_id IS NULL AND e.kind IN (1, 2)
           AND e.amount_cents IS DISTINCT FROM
               CASE e.kind WHEN 1 THEN -p.fee_cents ELSE p.reward_cents END""",
    gettext_noop("closed days keep their totals"): """
        SELECT FROM billing_app_businessday b
          LEFT JOIN (SELECT day, count(*) AS n,
                            coalesce(-sum(amount_cents) FILTER (WHERE kind = 1), 0) AS fees,
                            coalesce(sum(amount_cents) FILTER (WHERE kind = 2), 0) AS rewards,
                            coalesce(sum(amount_cents) FILTER (WHERE kind = 4), 0) AS adjusted,
                            coalesce(-sum(amount_cents) FILTER (WHERE kind = 3), 0) AS payouts
                       FROM billing_app_entry GROUP BY day) e USING (day)
         WHERE b.status = 'closed'
           AND (b.entries, b.fees_cents, b.rewards_cents, b.adjusted_cents, b.payouts_cents)
               IS DISTINCT FROM (coalesce(e.n, 0), coalesce(e.fees, 0), coalesce(e.rewards, 0),
                                 coalesce(e.adjusted, 0), coalesce(e.payouts, 0))""",
    gettext_noop("the chain of digests is whole"): """
        SELECT FROM (SELECT *, lag(digest) OVER (ORDER BY day) AS before
                       FROM billing_app_businessday WHERE status = 'closed') b
         WHERE b.previous_digest IS DISTINCT FROM b.before
            OR b.digest IS DISTINCT FROM billing_digest(b.day, b.before)""",
    gettext_noop("days closed in order and without holes"): """
        SELECT FROM (SELECT day, status, lag(status) OVER w AS status_before,
                            lag(day) OVER w AS day_before
                       FROM billing_app_businessday WINDOW w AS (ORDER BY day)) b
         WHERE b.day - b.day_before > 1 OR (b.status <> 'open' AND b.status_before <> 'closed')""",
}


def prove() -> list[Check]:
    """Every claim with the number of rows that contradict it."""
    with connection.cursor() as cursor:
        return [Check(name, _count(cursor, query)) for name, query in CLAIMS.items()]


def _count(cursor: CursorWrapper, query: str) -> int:
    cursor.execute(f"SELECT count(*) FROM ({query}) AS contradictions")  # noqa: S608
    return int(cursor.fetchone()[0])
