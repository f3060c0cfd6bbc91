-- The same rules, asked row by row through the unique keys. As joins they were planned by statistics
-- that know of no payout before the first has been made: the first payout of a large company compared
-- every new payout with every entry.

CREATE OR REPLACE FUNCTION billing_check_payouts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
     SELECT FROM made m
      WHERE (SELECT ROW(e.account_id, e.day, -e.amount_cents) FROM billing_app_entry e
              WHERE e.source_id = m.id AND e.kind = 3)
            IS DISTINCT FROM ROW(m.account_id, m.day, m.amount_cents)) THEN
    RAISE EXCEPTION 'a payout without its entry' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION billing_check_whole_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
     SELECT FROM posted e
      WHERE e.kind = 3
        AND ((SELECT ROW(p.account_id, p.day, p.amount_cents) FROM billing_app_payout p
               WHERE p.id = e.source_id)
             IS DISTINCT FROM ROW(e.account_id, e.day, -e.amount_cents)
          OR (SELECT c.closing_cents FROM billing_app_cycle c
               WHERE c.day = e.day AND c.account_id = e.account_id) <> 0)) THEN
    RAISE EXCEPTION 'a payout is its account''s whole balance' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
