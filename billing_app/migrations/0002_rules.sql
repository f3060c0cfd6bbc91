-- The ledger's rules, kept by PostgreSQL whoever writes. Amounts are cents seen from the worker.
-- One advisory lock, 7201, orders posting and closing: posters share it, a close takes it alone.

-- Nothing that was booked or drawn is ever edited -------------------------------------------------

CREATE FUNCTION billing_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing_app_entry
  FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_edit();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing_app_price
  FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_edit();

CREATE FUNCTION billing_guard_payout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.id, NEW.account_id, NEW.day, NEW.amount_cents)
       IS DISTINCT FROM (OLD.id, OLD.account_id, OLD.day, OLD.amount_cents) THEN
    RAISE EXCEPTION 'a payout keeps its account, day and amount'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payout_stays BEFORE UPDATE OR DELETE ON billing_app_payout
  FOR EACH ROW EXECUTE FUNCTION billing_guard_payout();

-- Days go open → closing → closed, in order, and stay closed --------------------------------------

CREATE FUNCTION billing_guard_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.status = 'closed' OR NEW.day <> OLD.day
     OR (OLD.status, NEW.status) NOT IN
        (('open', 'open'), ('open', 'closing'), ('closing', 'closing'), ('closing', 'closed')) THEN
    RAISE EXCEPTION 'day % is %: it cannot become %', OLD.day, OLD.status,
      CASE WHEN TG_OP = 'DELETE' THEN 'deleted' ELSE NEW.status END
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.status <> 'open' AND EXISTS
     (SELECT FROM billing_app_businessday WHERE day < NEW.day AND status <> 'closed') THEN
    RAISE EXCEPTION 'day % cannot close before the days before it', NEW.day
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER in_order BEFORE UPDATE OR DELETE ON billing_app_businessday
  FOR EACH ROW EXECUTE FUNCTION billing_guard_day();

-- Balances are kept by the journal's trigger and by the seal, by nobody else -----------------------

CREATE FUNCTION billing_guard_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() < 2 AND current_setting('billing.sealing', true) IS DISTINCT FROM 'on' THEN
    RAISE EXCEPTION 'balances follow the journal: write an entry'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER follows_journal BEFORE INSERT OR UPDATE OR DELETE ON billing_app_cycle
  FOR EACH STATEMENT EXECUTE FUNCTION billing_guard_cycle();

CREATE FUNCTION billing_wait_for_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7201);
  RETURN NULL;
END $$;
CREATE TRIGGER wait_for_close BEFORE INSERT ON billing_app_entry
  FOR EACH STATEMENT EXECUTE FUNCTION billing_wait_for_close();

CREATE FUNCTION billing_keep_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE refused record;
BEGIN
  SELECT p.day, b.status INTO refused
    FROM (SELECT DISTINCT day, kind = 3 AS pays_out FROM posted) p
    LEFT JOIN billing_app_businessday b USING (day)
   WHERE b.status IS DISTINCT FROM CASE WHEN p.pays_out THEN 'closing' ELSE 'open' END
   LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'day % is not open for this entry (%)', refused.day,
      coalesce(refused.status, 'unknown') USING ERRCODE = 'check_violation';
  END IF;
  INSERT INTO billing_app_cycle AS c
         (day, account_id, opening_cents, charged_cents, earned_cents, adjusted_cents, paid_cents)
  SELECT day, account_id, 0,
         coalesce(-sum(amount_cents) FILTER (WHERE kind = 1), 0),
         coalesce(sum(amount_cents) FILTER (WHERE kind = 2), 0),
         coalesce(sum(amount_cents) FILTER (WHERE kind = 4), 0),
         coalesce(-sum(amount_cents) FILTER (WHERE kind = 3), 0)
    FROM posted GROUP BY day, account_id ORDER BY day, account_id
  ON CONFLICT (day, account_id) DO UPDATE
     SET charged_cents = c.charged_cents + excluded.charged_cents,
         earned_cents = c.earned_cents + excluded.earned_cents,
         adjusted_cents = c.adjusted_cents + excluded.adjusted_cents,
         paid_cents = c.paid_cents + excluded.paid_cents;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_balances AFTER INSERT ON billing_app_entry
  REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION billing_keep_balances();

-- The calendar has no holes: from the first day with an entry to tomorrow at least -----------------
-- It grows backwards too, as long as no day has begun to close.

CREATE FUNCTION billing_open_days(first_day date, last_day date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE known_first date; known_last date; none_closed boolean;
BEGIN
  SELECT min(day), max(day), bool_and(status = 'open') INTO known_first, known_last, none_closed
    FROM billing_app_businessday;
  INSERT INTO billing_app_businessday (day, status)
  SELECT d::date, 'open' FROM generate_series(
           CASE WHEN known_first IS NULL THEN first_day
                WHEN none_closed THEN least(first_day, known_first)
                ELSE known_last END,
           greatest(last_day, known_last), interval '1 day') AS d
  ON CONFLICT DO NOTHING;
END $$;

-- Posting: a batch in one statement; what is booked already is left out, a contradiction refused ----

CREATE FUNCTION billing_post(accounts bigint[], kinds smallint[], amounts bigint[], sources uuid[],
                             tasks uuid[], events uuid[], actors uuid[], happened timestamptz[],
                             zone text)
RETURNS SETOF billing_app_entry LANGUAGE plpgsql AS $$
DECLARE
  today date := (now() AT TIME ZONE zone)::date;
  first_day date; last_day date; booked bigint; contradicted uuid;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7201);  -- on its own: waiting refreshes no snapshot
  SELECT min((h AT TIME ZONE zone)::date), max((h AT TIME ZONE zone)::date)
    INTO first_day, last_day FROM unnest(happened) AS h;
  IF last_day > today + 1 THEN
    RAISE EXCEPTION 'an entry dated % lies in the future', last_day
      USING ERRCODE = 'datetime_field_overflow';
  END IF;
  PERFORM billing_open_days(least(first_day, today), greatest(last_day, today) + 1);

  RETURN QUERY
  WITH given AS (
    SELECT DISTINCT ON (s, k) *
      FROM unnest(accounts, kinds, amounts, sources, tasks, events, actors, happened)
        AS u(a, k, m, s, t, e, w, h) ORDER BY s, k
  ), booked_in AS (
    SELECT own, (SELECT min(day) FROM billing_app_businessday
                  WHERE status = 'open' AND day >= own) AS day
      FROM (SELECT DISTINCT (h AT TIME ZONE zone)::date AS own FROM given) AS days
  )
  INSERT INTO billing_app_entry
         (account_id, amount_cents, day, kind, source_id, task_id, event_id, actor, occurred_at)
  SELECT a, m, booked_in.day, k, s, t, e, w, h
    FROM given JOIN booked_in ON booked_in.own = (h AT TIME ZONE zone)::date
   ORDER BY h, s
  ON CONFLICT ON CONSTRAINT booked_once DO NOTHING
  RETURNING *;

  GET DIAGNOSTICS booked = ROW_COUNT;
  IF booked < cardinality(sources) THEN
    SELECT s INTO contradicted
      FROM unnest(accounts, kinds, amounts, sources) AS given(a, k, m, s)
      JOIN billing_app_entry e ON e.source_id = s AND e.kind = k
     WHERE (e.account_id, e.amount_cents) IS DISTINCT FROM (a, m) LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION 'source % is booked already, with other contents', contradicted
        USING ERRCODE = 'unique_violation';
    END IF;
  END IF;
END $$;

-- Closing: a barrier of an instant → payout, which may be repeated → proof, carry-over and seal ------

CREATE FUNCTION billing_begin_close(closing_day date) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7201);  -- posters in flight finish, later ones wait for our commit
  PERFORM billing_open_days(closing_day, closing_day + 1);
  UPDATE billing_app_businessday SET status = 'closing'
   WHERE day = closing_day AND status = 'open' AND NOT EXISTS
         (SELECT FROM billing_app_businessday WHERE day < closing_day AND status <> 'closed');
  RETURN EXISTS (SELECT FROM billing_app_businessday
                  WHERE day = closing_day AND status = 'closing');
END $$;

CREATE FUNCTION billing_pay_out(closing_day date) RETURNS SETOF billing_app_entry
LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY
  WITH made AS (
    INSERT INTO billing_app_payout (id, account_id, day, amount_cents, state, attempts, last_error)
    SELECT uuidv7(), account_id, closing_day, closing_cents, 'pending', 0, ''
      FROM billing_app_cycle WHERE day = closing_day AND closing_cents > 0 ORDER BY account_id
    ON CONFLICT (day, account_id) DO NOTHING RETURNING *
  )
  INSERT INTO billing_app_entry (account_id, amount_cents, day, kind, source_id, occurred_at)
  SELECT account_id, -amount_cents, closing_day, 3, id, now() FROM made ORDER BY account_id
  RETURNING *;
END $$;

CREATE FUNCTION billing_digest(sealed_day date, previous bytea) RETURNS bytea
LANGUAGE sql STABLE AS $$
  SELECT sha256(coalesce(previous, ''::bytea) || convert_to(sealed_day || E'\n' || coalesce(string_agg(
           concat_ws('|', id, account_id, amount_cents, kind, source_id, coalesce(task_id::text, ''),
                     coalesce(reverses_id, 0), extract(epoch FROM occurred_at),
                     extract(epoch FROM posted_at)), E'\n' ORDER BY id), ''), 'UTF8'))
    FROM billing_app_entry WHERE day = sealed_day
$$;

CREATE FUNCTION billing_seal(closing_day date, who uuid) RETURNS billing_app_businessday
LANGUAGE plpgsql AS $$
DECLARE sealed billing_app_businessday; previous bytea;
BEGIN
  PERFORM FROM billing_app_businessday WHERE day = closing_day AND status = 'closing' FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'day % is not closing', closing_day USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM billing_app_cycle WHERE day = closing_day AND closing_cents > 0) THEN
    RAISE EXCEPTION 'day % has an unpaid positive balance', closing_day
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT FROM (SELECT account_id, sum(amount_cents) AS cents FROM billing_app_entry
                  WHERE day = closing_day GROUP BY account_id) e
      FULL JOIN (SELECT account_id, closing_cents - opening_cents AS cents FROM billing_app_cycle
                  WHERE day = closing_day) c USING (account_id)
     WHERE coalesce(e.cents, 0) <> coalesce(c.cents, 0)) THEN
    RAISE EXCEPTION 'the balances of % are not the sums of its entries', closing_day
      USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT FROM (SELECT * FROM billing_app_payout WHERE day = closing_day) p
      FULL JOIN (SELECT * FROM billing_app_entry WHERE day = closing_day AND kind = 3) e
        ON e.source_id = p.id
     WHERE (p.account_id, p.amount_cents) IS DISTINCT FROM (e.account_id, -e.amount_cents)) THEN
    RAISE EXCEPTION 'the payouts of % are not its payout entries', closing_day
      USING ERRCODE = 'check_violation';
  END IF;

  PERFORM set_config('billing.sealing', 'on', true);
  INSERT INTO billing_app_cycle AS c (day, account_id, opening_cents, charged_cents, earned_cents,
                                      adjusted_cents, paid_cents)
  SELECT closing_day + 1, account_id, closing_cents, 0, 0, 0, 0
    FROM billing_app_cycle WHERE day = closing_day AND closing_cents < 0 ORDER BY account_id
  ON CONFLICT (day, account_id) DO UPDATE SET opening_cents = excluded.opening_cents;
  PERFORM set_config('billing.sealing', 'off', true);

  SELECT digest INTO previous FROM billing_app_businessday
   WHERE status = 'closed' ORDER BY day DESC LIMIT 1;
  UPDATE billing_app_businessday b
     SET status = 'closed', closed_at = now(), closed_by = who, previous_digest = previous,
         digest = billing_digest(closing_day, previous), entries = t.n, fees_cents = t.fees,
         rewards_cents = t.rewards, adjusted_cents = t.adjusted, payouts_cents = t.payouts
    FROM (SELECT count(*) AS n,
                 coalesce(-sum(amount_cents) FILTER (WHERE kind = 1), 0) AS fees,
                 coalesce(sum(amount_cents) FILTER (WHERE kind = 2), 0) AS rewards,
                 coalesce(sum(amount_cents) FILTER (WHERE kind = 4), 0) AS adjusted,
                 coalesce(-sum(amount_cents) FILTER (WHERE kind = 3), 0) AS payouts
            FROM billing_app_entry WHERE day = closing_day) AS t
   WHERE b.day = closing_day RETURNING b.* INTO sealed;
  RETURN sealed;
END $$;
