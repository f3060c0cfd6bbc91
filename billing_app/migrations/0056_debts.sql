-- Who is below zero now, and since when. Since when is looked up for each account by itself, so that
-- a page of fifty debts asks it of fifty; who is below zero is one sum over the unclosed days.

CREATE OR REPLACE VIEW billing_debt AS
SELECT account_id, balance_cents, coalesce(
         (SELECT max(running.day) FILTER (WHERE balance < 0 AND balance - moved >= 0)
            FROM (SELECT c.day, c.closing_cents - c.opening_cents AS moved,
                         sum(c.closing_cents) OVER (ORDER BY c.day) AS balance
                    FROM billing_app_cycle c
                   WHERE c.account_id = held.account_id
                     AND c.day >= (SELECT min(day) FROM billing_app_businessday
                                    WHERE status <> 'closed')) AS running),
         (SELECT c.day FROM billing_app_cycle c
           WHERE c.account_id = held.account_id
             AND c.day < (SELECT min(day) FROM billing_app_businessday WHERE status <> 'closed')
             AND c.opening_cents >= 0 AND c.closing_cents < 0
           ORDER BY c.day DESC LIMIT 1)) AS since
  FROM (SELECT account_id, sum(closing_cents)::bigint AS balance_cents FROM billing_app_cycle
         WHERE day >= (SELECT min(day) FROM billing_app_businessday WHERE status <> 'closed')
         GROUP BY account_id HAVING sum(closing_cents) < 0) AS held;
