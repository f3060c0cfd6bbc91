"""What must be true of money."""

from tests.faults.invariant import Invariant

OF_THE_LEDGER = [
    Invariant(
        "I1",
        "debits equal credits on every day",
        """
        SELECT day, sum(debit_cents), sum(credit_cents) FROM billing_leg GROUP BY day
        HAVING sum(debit_cents) <> sum(credit_cents)""",
    ),
    Invariant(
        "I2",
        "what an account holds is the sum of its entries",
        """
        SELECT account_id, entries.cents, held.cents
          FROM (SELECT account_id, sum(amount_cents) AS cents
                  FROM billing_app_entry GROUP BY account_id) AS entries
          FULL JOIN (SELECT account_id, sum(closing_cents) AS cents
                       FROM billing_app_cycle JOIN billing_app_businessday USING (day)
                      WHERE status <> 'closed' GROUP BY account_id) AS held USING (account_id)
         WHERE coalesce(entries.cents, 0) <> coalesce(held.cents, 0)""",
    ),
    Invariant(
        "I3",
        "each completion is rewarded once, to whoever completed it",
        """
        SELECT task.public_id, entry.id
          FROM (SELECT * FROM tasks_app_task WHERE status = 'completed') AS task
          FULL JOIN (SELECT entry.*, account.public_id AS who FROM billing_app_entry AS entry
                       JOIN billing_app_account AS account ON account.id = entry.account_id
                      WHERE kind = 2 AND reverses_id IS NULL) AS entry
            ON entry.source_id = task.completion_id
         WHERE (task.public_id, task.assignee_id) IS DISTINCT FROM (entry.task_id, entry.who)""",
    ),
    Invariant(
        "I4",
        "each assignment is charged once, to whoever got it",
        """
        SELECT drawn.public_id, entry.id
          FROM (SELECT assignment.*, task.public_id AS task FROM tasks_app_assignment AS assignment
                  JOIN tasks_app_task AS task ON task.id = assignment.task_id) AS drawn
          FULL JOIN (SELECT entry.*, account.public_id AS who FROM billing_app_entry AS entry
                       JOIN billing_app_account AS account ON account.id = entry.account_id
                      WHERE kind = 1 AND reverses_id IS NULL) AS entry
            ON entry.source_id = drawn.public_id
         WHERE (drawn.task, drawn.account_id) IS DISTINCT FROM (entry.task_id, entry.who)""",
    ),
    Invariant(
        "I5",
        "fees and rewards are the task's prices, drawn once",
        """
        SELECT entry.id, entry.amount_cents, price.fee_cents, price.reward_cents
          FROM billing_app_entry AS entry LEFT JOIN billing_app_price AS price USING (task_id)
         WHERE reverses_id IS NULL AND kind IN (1, 2) AND amount_cents IS DISTINCT FROM
               CASE kind WHEN 1 THEN -price.fee_cents ELSE price.reward_cents END""",
    ),
    Invariant(
        "I6",
        "a close pays the whole positive balance and carries a debt over, to the cent",
        """
        SELECT day, account_id, before, paid, closing_cents, following.opening
          FROM (SELECT cycle.*, closing_cents + paid_cents AS before, paid_cents AS paid
                  FROM billing_app_cycle AS cycle JOIN billing_app_businessday USING (day)
                 WHERE status = 'closed') AS closed
          LEFT JOIN (SELECT day - 1 AS day, account_id, opening_cents AS opening
                       FROM billing_app_cycle) AS following USING (day, account_id)
          LEFT JOIN billing_app_payout AS payout USING (day, account_id)
         WHERE paid <> greatest(before, 0) OR paid <> coalesce(payout.amount_cents, 0)
            OR coalesce(following.opening, 0) <> least(before, 0)""",
    ),
    Invariant(
        "I13a",
        "analytics adds up to the ledger, day by day",
        """
        SELECT day, ledger.*, (total.fees_cents, total.rewards_cents, total.adjusted_cents,
                               total.paid_out_cents)
          FROM (SELECT day, coalesce(-sum(amount_cents) FILTER (WHERE kind = 1), 0) AS fees,
                       coalesce(sum(amount_cents) FILTER (WHERE kind = 2), 0) AS rewards,
                       coalesce(sum(amount_cents) FILTER (WHERE kind = 4), 0) AS adjusted,
                       coalesce(-sum(amount_cents) FILTER (WHERE kind = 3), 0) AS paid
                  FROM billing_app_entry GROUP BY day) AS ledger
          FULL JOIN analytics_app_daytotal AS total USING (day)
         WHERE (coalesce(fees, 0), coalesce(rewards, 0), coalesce(adjusted, 0), coalesce(paid, 0))
               IS DISTINCT FROM (coalesce(total.fees_cents, 0), coalesce(total.rewards_cents, 0),
                                 coalesce(total.adjusted_cents, 0),
                                 coalesce(total.paid_out_cents, 0))""",
    ),
    Invariant(
        "I13b",
        "analytics adds up to the ledger, person by person",
        """
        SELECT public_id, ledger.cents, known.balance_cents
          FROM (SELECT account.public_id, sum(amount_cents) AS cents FROM billing_app_entry AS entry
                  JOIN billing_app_account AS account ON account.id = entry.account_id
                 GROUP BY account.public_id) AS ledger
          FULL JOIN analytics_app_account AS known USING (public_id)
         WHERE coalesce(ledger.cents, 0) <> coalesce(known.balance_cents, 0)""",
    ),
    Invariant(
        "I17",
        "nothing was booked in a day after it was closed",
        """
        SELECT entry.id, entry.day FROM billing_app_entry AS entry
          JOIN billing_app_businessday AS day USING (day)
         WHERE day.status = 'closed' AND entry.posted_at > day.closed_at""",
    ),
]
