-- Who is below zero now, and since when. Nearly everybody who holds anything has a row in the first day
-- that is not closed: debts are carried over into it. Adding up only what later days add to that,
-- instead of grouping all rows by account, takes less than half as long.

CREATE OR REPLACE VIEW billing_debt AS
SELECT account_id, balance_cents, coalesce(
         (SELECT max(running.day) FILTER (WHERE balance < 0 AND balance - moved >= 0)
            FROM (SELECT c.day, c.closing_cents - c.opening_cents AS moved,
                         sum(c.closing_cents) OVER (ORDER BY c.day) AS balance
                    FROM billing_app_cycle c
                   WHERE c.account_id = held.account_id
                     AND c.day >= (SELECT min(day) FROM billing_app_businessday WHERE status <> 'closed')
                 ) AS running),
         (SELECT c.day FROM billing_app_cycle c
           WHERE c.account_id = held.account_id
             AND c.day < (SELECT min(day) FROM billing_app_businessday WHERE status <> 'closed')
             AND c.opening_cents >= 0 AND c.closing_cents < 0
           ORDER BY c.day DESC LIMIT 1)) AS since
  FROM (SELECT account_id, coalesce(now.cents, 0) + coalesce(later.cents, 0) AS balance_cents
          FROM (SELECT account_id, closing_cents AS cents FROM billing_app_cycle
                 WHERE day = (SELECT min(day) FROM billing_app_businessday WHERE status <> 'closed')
               ) AS now
          FULL JOIN
               (SELECT account_id, sum(closing_cents)::bigint AS cents
                  FROM billing_app_cycle JOIN billing_app_businessday AS unclosed USING (day)
                 WHERE status <> 'closed'
                   AND day > (SELECT min(day) FROM billing_app_businessday WHERE status <> 'closed')
                 GROUP BY account_id) AS later
         USING (account_id)) AS held
 WHERE balance_cents < 0;
