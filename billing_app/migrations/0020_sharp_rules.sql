-- Rules that hold without the functions too: whoever writes plain SQL meets the same refusals.
-- Only DDL gets past them (switching a trigger off, or writing through a trigger of one's own), which
-- the application's role may not do; an owner who does is found by the proofs and the digests.

-- Who reads through an old snapshot would book on days that have closed since ----------------------

CREATE OR REPLACE FUNCTION billing_wait_for_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the ledger is written in READ COMMITTED only'
      USING ERRCODE = 'invalid_transaction_state';
  END IF;
  PERFORM pg_advisory_xact_lock_shared(7201);
  RETURN NULL;
END $$;

-- An account stays its person's --------------------------------------------------------------------

CREATE FUNCTION billing_guard_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an account keeps its person' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keeps_its_person BEFORE UPDATE ON billing_app_account FOR EACH ROW
  WHEN ((NEW.id, NEW.public_id) IS DISTINCT FROM (OLD.id, OLD.public_id))
  EXECUTE FUNCTION billing_guard_account();

-- Days are born open and without holes, close behind the barrier, and are frozen by their proof ----

CREATE FUNCTION billing_prove(sealed_day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM billing_app_cycle WHERE day = sealed_day AND closing_cents > 0) THEN
    RAISE EXCEPTION 'day % has an unpaid positive balance', sealed_day
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT FROM (SELECT account_id, sum(amount_cents) AS cents FROM billing_app_entry
                  WHERE day = sealed_day GROUP BY account_id) e
      FULL JOIN (SELECT account_id, closing_cents - opening_cents AS cents FROM billing_app_cycle
                  WHERE day = sealed_day) c USING (account_id)
     WHERE coalesce(e.cents, 0) <> coalesce(c.cents, 0)) THEN
    RAISE EXCEPTION 'the balances of % are not the sums of its entries', sealed_day
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT FROM (SELECT * FROM billing_app_payout WHERE day = sealed_day) p
      FULL JOIN (SELECT * FROM billing_app_entry WHERE day = sealed_day AND kind = 3) e
        ON e.source_id = p.id
     WHERE (p.account_id, p.amount_cents) IS DISTINCT FROM (e.account_id, -e.amount_cents)) THEN
    RAISE EXCEPTION 'the payouts of % are not its payout entries', sealed_day
      USING ERRCODE = 'check_violation';
  END IF;
END $$;

-- What a day is sealed with is computed here, whatever the statement says.
CREATE FUNCTION billing_freeze(sealed billing_app_businessday) RETURNS billing_app_businessday
LANGUAGE plpgsql AS $$
BEGIN
  SELECT digest INTO sealed.previous_digest FROM billing_app_businessday
   WHERE status = 'closed' ORDER BY day DESC LIMIT 1;
  sealed.digest := billing_digest(sealed.day, sealed.previous_digest);
  sealed.closed_at := now();
  SELECT count(*),
         coalesce(-sum(amount_cents) FILTER (WHERE kind = 1), 0),
         coalesce(sum(amount_cents) FILTER (WHERE kind = 2), 0),
         coalesce(sum(amount_cents) FILTER (WHERE kind = 4), 0),
         coalesce(-sum(amount_cents) FILTER (WHERE kind = 3), 0)
    INTO sealed.entries, sealed.fees_cents, sealed.rewards_cents, sealed.adjusted_cents,
         sealed.payouts_cents
    FROM billing_app_entry WHERE day = sealed.day;
  RETURN sealed;
END $$;

CREATE OR REPLACE FUNCTION billing_guard_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.status = 'closed' OR NEW.day <> OLD.day
     OR (OLD.status, NEW.status) NOT IN
        (('open', 'open'), ('open', 'closing'), ('closing', 'closing'), ('closing', 'closed')) THEN
    RAISE EXCEPTION 'day % is %: it cannot become %', OLD.day, OLD.status,
      CASE WHEN TG_OP = 'DELETE' THEN 'deleted' ELSE NEW.status END
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF (OLD.status, NEW.status) = ('open', 'closing') THEN
    PERFORM pg_advisory_xact_lock(7201);
  END IF;
  IF NEW.status <> 'open' AND EXISTS
     (SELECT FROM billing_app_businessday WHERE day < NEW.day AND status <> 'closed') THEN
    RAISE EXCEPTION 'day % cannot close before the days before it', NEW.day
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.status = 'closed' THEN
    PERFORM billing_prove(NEW.day);
    RETURN billing_freeze(NEW);
  END IF;
  IF num_nonnulls(NEW.closed_at, NEW.closed_by, NEW.entries, NEW.fees_cents, NEW.rewards_cents,
                  NEW.adjusted_cents, NEW.payouts_cents, NEW.previous_digest, NEW.digest) > 0 THEN
    RAISE EXCEPTION 'day % has no totals before it is closed', NEW.day
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION billing_guard_new_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> 'open' OR NEW.closed_at IS NOT NULL OR EXISTS
     (SELECT FROM billing_app_businessday WHERE day > NEW.day AND status <> 'open') THEN
    RAISE EXCEPTION 'day % cannot be born %, or before a day that has closed', NEW.day, NEW.status
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER born_open BEFORE INSERT ON billing_app_businessday
  FOR EACH ROW EXECUTE FUNCTION billing_guard_new_day();

CREATE FUNCTION billing_refuse_holes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added) AND
     (SELECT max(day) - min(day) + 1 <> count(*) FROM billing_app_businessday) THEN
    RAISE EXCEPTION 'the calendar would have a hole' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER without_holes AFTER INSERT ON billing_app_businessday
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_holes();

-- The carry-over belongs to the seal (B4), and comes after the digest: it holds the next day's rows.
CREATE FUNCTION billing_carry_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM billing_open_days(NEW.day, NEW.day + 1);
  INSERT INTO billing_app_cycle AS c (day, account_id, opening_cents, charged_cents, earned_cents,
                                      adjusted_cents, paid_cents)
  SELECT NEW.day + 1, account_id, closing_cents, 0, 0, 0, 0
    FROM billing_app_cycle WHERE day = NEW.day AND closing_cents < 0 ORDER BY account_id
  ON CONFLICT (day, account_id) DO UPDATE SET opening_cents = excluded.opening_cents;
  RETURN NULL;
END $$;
CREATE TRIGGER carry_over AFTER UPDATE ON billing_app_businessday FOR EACH ROW
  WHEN (OLD.status = 'closing' AND NEW.status = 'closed') EXECUTE FUNCTION billing_carry_over();

-- The sealed day; nothing when another closer was faster.
DROP FUNCTION billing_seal(date, uuid);
CREATE FUNCTION billing_seal(closing_day date, who uuid)
RETURNS SETOF billing_app_businessday LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found_status text;
BEGIN
  SELECT status INTO found_status FROM billing_app_businessday WHERE day = closing_day FOR UPDATE;
  IF found_status = 'closed' THEN
    RETURN;
  END IF;
  IF found_status IS DISTINCT FROM 'closing' THEN
    RAISE EXCEPTION 'day % is not closing', closing_day USING ERRCODE = 'check_violation';
  END IF;
  RETURN QUERY UPDATE billing_app_businessday SET status = 'closed', closed_by = who
                WHERE day = closing_day RETURNING *;
END $$;

-- Balances: no word of a session opens them, only the triggers above and below write ---------------

CREATE OR REPLACE FUNCTION billing_guard_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'balances follow the journal: write an entry'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

-- The payout in portions, each a short transaction; ever more of them until nothing is owed ---------

DROP FUNCTION billing_pay_out(date);
CREATE FUNCTION billing_pay_out(closing_day date, at_most integer) RETURNS SETOF billing_app_entry
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY
  WITH made AS (
    INSERT INTO billing_app_payout (id, account_id, day, amount_cents, state, attempts, last_error)
    SELECT uuidv7(), account_id, closing_day, closing_cents, 'pending', 0, ''
      FROM billing_app_cycle WHERE day = closing_day AND closing_cents > 0
     ORDER BY account_id LIMIT at_most
    ON CONFLICT (day, account_id) DO NOTHING RETURNING *
  )
  INSERT INTO billing_app_entry (account_id, amount_cents, day, kind, source_id, occurred_at)
  SELECT account_id, -amount_cents, closing_day, 3, id, now() FROM made ORDER BY account_id
  RETURNING *;
END $$;

-- A payout and its entry are born together, and pay exactly the balance -----------------------------

CREATE FUNCTION billing_check_payouts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM made m LEFT JOIN billing_app_entry e ON e.source_id = m.id AND e.kind = 3
              WHERE (e.account_id, e.day, -e.amount_cents)
                    IS DISTINCT FROM (m.account_id, m.day, m.amount_cents)) THEN
    RAISE EXCEPTION 'a payout without its entry' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER with_its_entry AFTER INSERT ON billing_app_payout
  REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION billing_check_payouts();

CREATE FUNCTION billing_check_whole_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM posted WHERE kind = 3) AND EXISTS (
     SELECT FROM posted e LEFT JOIN billing_app_payout p ON p.id = e.source_id
       LEFT JOIN billing_app_cycle c ON c.day = e.day AND c.account_id = e.account_id
      WHERE e.kind = 3 AND ((p.account_id, p.day, p.amount_cents)
              IS DISTINCT FROM (e.account_id, e.day, -e.amount_cents) OR c.closing_cents <> 0)) THEN
    RAISE EXCEPTION 'a payout is its account''s whole balance' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
-- Triggers of one kind fire by name: after keep_balances.
CREATE TRIGGER then_check AFTER INSERT ON billing_app_entry
  REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION billing_check_whole_balance();

CREATE OR REPLACE FUNCTION billing_guard_payout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.id, NEW.account_id, NEW.day, NEW.amount_cents, NEW.made_at)
       IS DISTINCT FROM (OLD.id, OLD.account_id, OLD.day, OLD.amount_cents, OLD.made_at) THEN
    RAISE EXCEPTION 'a payout keeps its account, day and amount'
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state = 'sent' AND (NEW.state, NEW.sent_at) IS DISTINCT FROM (OLD.state, OLD.sent_at) THEN
    RAISE EXCEPTION 'a notice that was sent stays sent' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
