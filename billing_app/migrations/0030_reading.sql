-- Who is below zero now, and since when. Unclosed days open with what was carried over into the
-- first of them, so their balances are running sums; closed days hold theirs in a row each.

CREATE VIEW billing_debt AS
WITH open_since AS (
  SELECT min(day) AS day FROM billing_app_businessday WHERE status <> 'closed'
), running AS (
  SELECT account_id, c.day, closing_cents, closing_cents - opening_cents AS moved,
         sum(closing_cents) OVER (PARTITION BY account_id ORDER BY c.day) AS balance
    FROM billing_app_cycle c, open_since WHERE c.day >= open_since.day
), held AS (
  SELECT account_id, sum(closing_cents)::bigint AS balance_cents,
         max(day) FILTER (WHERE balance < 0 AND balance - moved >= 0) AS since
    FROM running GROUP BY account_id HAVING sum(closing_cents) < 0
)
SELECT account_id, balance_cents,
       coalesce(since, (SELECT c.day FROM billing_app_cycle c
                         WHERE c.account_id = held.account_id AND c.day < (SELECT day FROM open_since)
                           AND c.opening_cents >= 0 AND c.closing_cents < 0
                         ORDER BY c.day DESC LIMIT 1)) AS since
  FROM held;
