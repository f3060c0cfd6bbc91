"""What the ledger claims of itself, each as a query that lists whatever contradicts it.

A row names the day, the account and the entry, as far as it has them, and what the one side says
(`here`) and the other (`there`).
"""

from dataclasses import dataclass

from django.utils.translation import gettext_noop


@dataclass(frozen=True, slots=True)
class Claim:
    """`words` tell of a contradiction; `money` says that its two sides are cents. What is not
    `by_day` can only be proved of the whole ledger."""

    name: str
    words: str
    query: str
    money: bool = True
    by_day: bool = True


# Events under way are no differences: a count is compared once everything had time to arrive.
_COUNTED = """
    SELECT t.day, NULL::bigint AS account_id, NULL::bigint AS entry_id,
           format('%%s (%%s)', coalesce(e.n, 0), coalesce(e.checksum, 0)) AS here,
           format('%%s (%%s)', t.{what}, t.{what}_checksum) AS there
      FROM billing_app_controltotal t
      LEFT JOIN (SELECT zone, (occurred_at AT TIME ZONE zone)::date AS day, count(*) AS n,
                        sum(hashtextextended(source_id::text, 0)) AS checksum
                   FROM billing_app_entry
                  CROSS JOIN (SELECT DISTINCT zone FROM billing_app_controltotal) AS zones
                  WHERE kind = {kind} AND reverses_id IS NULL GROUP BY 1, 2) e USING (zone, day)
     WHERE t.counted_at < now() - interval '10 minutes'
       AND (t.{what}, t.{what}_checksum)
           IS DISTINCT FROM (coalesce(e.n, 0), coalesce(e.checksum, 0))"""
_COUNTED_WORDS = gettext_noop("the ledger has %(here)s, the tracker counted %(there)s")

CLAIMS = {
    "legs": Claim(
        gettext_noop("debits equal credits, in all and on every day"),
        gettext_noop("debits are %(here)s, credits %(there)s"),
        """
        SELECT day, NULL::bigint AS account_id, NULL::bigint AS entry_id,
               sum(debit_cents)::text AS here, sum(credit_cents)::text AS there
          FROM billing_leg GROUP BY day
        HAVING sum(debit_cents) <> sum(credit_cents)""",
    ),
    "balances": Claim(
        gettext_noop("cached balances are the sums of their entries"),
        gettext_noop("entries say %(here)s, the balance says %(there)s"),
        """
        SELECT day, account_id, NULL::bigint AS entry_id,
               coalesce(e.cents, 0)::text AS here, coalesce(c.cents, 0)::text AS there
          FROM (SELECT day, account_id, sum(amount_cents) AS cents
                  FROM billing_app_entry GROUP BY day, account_id) e
          FULL JOIN (SELECT day, account_id, closing_cents - opening_cents AS cents
                       FROM billing_app_cycle) c USING (day, account_id)
         WHERE coalesce(e.cents, 0) <> coalesce(c.cents, 0)""",
    ),
    "holdings": Claim(
        gettext_noop("every account holds what its entries add up to"),
        gettext_noop("all entries give %(here)s, the account holds %(there)s"),
        """
        SELECT NULL::date AS day, account_id, NULL::bigint AS entry_id,
               coalesce(e.cents, 0)::text AS here, coalesce(c.cents, 0)::text AS there
          FROM (SELECT account_id, sum(amount_cents) AS cents
                  FROM billing_app_entry GROUP BY account_id) e
          FULL JOIN (SELECT account_id, sum(closing_cents) AS cents
                       FROM billing_app_cycle JOIN billing_app_businessday USING (day)
                      WHERE status <> 'closed' GROUP BY account_id) c USING (account_id)
         WHERE coalesce(e.cents, 0) <> coalesce(c.cents, 0)""",
        by_day=False,
    ),
    "openings": Claim(
        gettext_noop("every day opens with the debt that the day before closed with"),
        gettext_noop("the day before closed with %(here)s, this one opened with %(there)s"),
        """
        SELECT day, account_id, NULL::bigint AS entry_id,
               coalesce(closed.cents, 0)::text AS here, coalesce(opened.cents, 0)::text AS there
          FROM (SELECT c.day + 1 AS day, c.account_id, c.closing_cents AS cents
                  FROM billing_app_cycle c JOIN billing_app_businessday b USING (day)
                 WHERE b.status = 'closed' AND c.closing_cents <> 0) closed
          FULL JOIN (SELECT day, account_id, opening_cents AS cents
                       FROM billing_app_cycle WHERE opening_cents <> 0) opened
            USING (day, account_id)
         WHERE closed.cents IS DISTINCT FROM opened.cents""",
    ),
    "unpaid": Claim(
        gettext_noop("no closed day holds an unpaid positive balance"),
        gettext_noop("%(here)s is unpaid"),
        """
        SELECT day, account_id, NULL::bigint AS entry_id, closing_cents::text AS here, '' AS there
          FROM billing_app_cycle JOIN billing_app_businessday b USING (day)
         WHERE b.status = 'closed' AND closing_cents > 0""",
    ),
    "payouts": Claim(
        gettext_noop("payouts and payout entries are one to one"),
        gettext_noop("the payout says %(here)s, its entry %(there)s"),
        """
        SELECT coalesce(p.day, e.day) AS day, coalesce(p.account_id, e.account_id) AS account_id,
               e.id AS entry_id, p.amount_cents::text AS here, (-e.amount_cents)::text AS there
          FROM billing_app_payout p
          FULL JOIN (SELECT * FROM billing_app_entry WHERE kind = 3) e ON e.source_id = p.id
         WHERE (p.account_id, p.amount_cents, p.day)
               IS DISTINCT FROM (e.account_id, -e.amount_cents, e.day)""",
    ),
    "prices": Claim(
        gettext_noop("fees and rewards are the prices of their tasks"),
        gettext_noop("the entry says %(here)s, the price of its task %(there)s"),
        """
        SELECT e.day, e.account_id, e.id AS entry_id, e.amount_cents::text AS here,
               (CASE e.kind WHEN 1 THEN -p.fee_cents ELSE p.reward_cents END)::text AS there
          FROM billing_app_entry e LEFT JOIN billing_app_price p USING (task_id)
         WHERE e.reverses_id IS NULL AND e.kind IN (1, 2)
           AND e.amount_cents IS DISTINCT FROM
               CASE e.kind WHEN 1 THEN -p.fee_cents ELSE p.reward_cents END""",
    ),
    "corrections": Claim(
        gettext_noop("every reversal is the opposite of its entry, by an approved correction"),
        gettext_noop("the correction asks for %(here)s, the journal has %(there)s"),
        """
        SELECT coalesce(r.day, e.day) AS day, coalesce(r.account_id, e.account_id) AS account_id,
               coalesce(r.id, e.id) AS entry_id,
               (-e.amount_cents)::text AS here, r.amount_cents::text AS there
          FROM (SELECT c.id AS source_id, e.id, e.day, e.account_id, e.kind, e.amount_cents
                  FROM billing_app_correction c JOIN billing_app_entry e ON e.id = c.entry_id
                 WHERE c.state = 'approved') e
          FULL JOIN (SELECT * FROM billing_app_entry WHERE reverses_id IS NOT NULL) r
            USING (source_id)
         WHERE (e.id, e.account_id, e.kind, -e.amount_cents)
               IS DISTINCT FROM (r.reverses_id, r.account_id, r.kind, r.amount_cents)""",
    ),
    "assignments": Claim(
        gettext_noop("every assignment that the tracker counted has its entry"),
        _COUNTED_WORDS,
        _COUNTED.format(what="assignments", kind=1),
        money=False,
    ),
    "completions": Claim(
        gettext_noop("every completion that the tracker counted has its entry"),
        _COUNTED_WORDS,
        _COUNTED.format(what="completions", kind=2),
        money=False,
    ),
    "totals": Claim(
        gettext_noop("closed days keep their totals"),
        gettext_noop(
            "sealed with %(here)s, the entries give %(there)s"
            " (entries, fees, rewards, adjustments, payouts in cents)"
        ),
        """
        SELECT day, NULL::bigint AS account_id, NULL::bigint AS entry_id,
               concat_ws(', ', b.entries, b.fees_cents, b.rewards_cents, b.adjusted_cents,
                         b.payouts_cents) AS here,
               concat_ws(', ', coalesce(n, 0), coalesce(fees, 0), coalesce(rewards, 0),
                         coalesce(adjusted, 0), coalesce(payouts, 0)) AS there
          FROM billing_app_businessday b
          LEFT JOIN (SELECT day, count(*) AS n,
                            coalesce(-sum(amount_cents) FILTER (WHERE kind = 1), 0) AS fees,
                            coalesce(sum(amount_cents) FILTER (WHERE kind = 2), 0) AS rewards,
                            coalesce(sum(amount_cents) FILTER (WHERE kind = 4), 0) AS adjusted,
                            coalesce(-sum(amount_cents) FILTER (WHERE kind = 3), 0) AS payouts
                       FROM billing_app_entry GROUP BY day) e USING (day)
         WHERE b.status = 'closed'
           AND (b.entries, b.fees_cents, b.rewards_cents, b.adjusted_cents, b.payouts_cents)
               IS DISTINCT FROM (coalesce(n, 0), coalesce(fees, 0), coalesce(rewards, 0),
                                 coalesce(adjusted, 0), coalesce(payouts, 0))""",
        money=False,
    ),
    "chain": Claim(
        gettext_noop("the chain of digests is whole"),
        gettext_noop("sealed as %(here)s…, computed as %(there)s…"),
        """
        SELECT day, NULL::bigint AS account_id, NULL::bigint AS entry_id,
               left(encode(digest, 'hex'), 12) AS here,
               left(encode(billing_digest(day, before), 'hex'), 12) AS there
          FROM (SELECT *, lag(digest) OVER (ORDER BY day) AS before
                  FROM billing_app_businessday WHERE status = 'closed') b
         WHERE previous_digest IS DISTINCT FROM before
            OR digest IS DISTINCT FROM billing_digest(day, before)""",
        money=False,
    ),
    "order": Claim(
        gettext_noop("days closed in order and without holes"),
        gettext_noop("%(here)s after %(there)s"),
        """
        SELECT day, NULL::bigint AS account_id, NULL::bigint AS entry_id,
               day || ' ' || status AS here, day_before || ' ' || status_before AS there
          FROM (SELECT day, status, lag(status) OVER w AS status_before,
                       lag(day) OVER w AS day_before
                  FROM billing_app_businessday WINDOW w AS (ORDER BY day)) b
         WHERE day - day_before > 1 OR (status <> 'open' AND status_before <> 'closed')""",
        money=False,
        by_day=False,
    ),
}
