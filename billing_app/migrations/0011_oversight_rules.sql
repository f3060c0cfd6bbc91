-- What watches over the ledger is kept by PostgreSQL too: nothing on record is edited, and a
-- correction needs two people, neither of whom it concerns.

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing_app_audit
  FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_edit();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing_app_reconciliation
  FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_edit();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing_app_difference
  FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_edit();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing_app_checkrequest
  FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_edit();

-- Corrections: asked for, then decided once by somebody else ----------------------------------------

CREATE FUNCTION billing_guard_correction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong billing_app_entry; owner uuid;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'a correction stays on record' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'INSERT' AND NEW.state <> 'requested' THEN
    RAISE EXCEPTION 'a correction begins with a request' USING ERRCODE = 'restrict_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD.state <> 'requested'
       OR (NEW.id, NEW.entry_id, NEW.reason, NEW.requested_by, NEW.requested_at)
          IS DISTINCT FROM (OLD.id, OLD.entry_id, OLD.reason, OLD.requested_by, OLD.requested_at))
  THEN
    RAISE EXCEPTION 'a correction is decided once and keeps its request'
      USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT * INTO wrong FROM billing_app_entry WHERE id = NEW.entry_id;
  IF wrong.kind = 3 OR wrong.reverses_id IS NOT NULL THEN
    RAISE EXCEPTION 'entry % is a payout or a reversal: it stays', wrong.id
      USING ERRCODE = 'check_violation';
  END IF;
  SELECT public_id INTO owner FROM billing_app_account WHERE id = wrong.account_id;
  IF owner IN (NEW.requested_by, NEW.decided_by) THEN
    RAISE EXCEPTION 'nobody corrects their own account' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER two_people BEFORE INSERT OR UPDATE OR DELETE ON billing_app_correction
  FOR EACH ROW EXECUTE FUNCTION billing_guard_correction();

-- A reversal is the exact opposite of its entry, by an approved correction. Whatever else is posted
-- does not even call this.

CREATE FUNCTION billing_guard_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM billing_app_entry e
      JOIN billing_app_correction c ON c.entry_id = e.id AND c.id = NEW.source_id
     WHERE e.id = NEW.reverses_id AND c.state = 'approved'
       AND (e.account_id, e.kind, -e.amount_cents) = (NEW.account_id, NEW.kind, NEW.amount_cents))
  THEN
    RAISE EXCEPTION 'no approved correction reverses entry % like this', NEW.reverses_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER approved_reversal BEFORE INSERT ON billing_app_entry
  FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION billing_guard_reversal();

-- Approval and reversal are one: the correction's id is the source, so it is booked once, in the
-- oldest day that is open.

CREATE FUNCTION billing_reverse(correction uuid, decider uuid, zone text)
RETURNS SETOF billing_app_entry LANGUAGE plpgsql AS $$
DECLARE today date := (now() AT TIME ZONE zone)::date;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(7201);  -- on its own: waiting refreshes no snapshot
  PERFORM billing_open_days(today, today + 1);
  UPDATE billing_app_correction
     SET state = 'approved', decided_by = decider, decided_at = now() WHERE id = correction;
  RETURN QUERY
  INSERT INTO billing_app_entry
         (account_id, amount_cents, day, kind, source_id, task_id, actor, reverses_id, occurred_at)
  SELECT e.account_id, -e.amount_cents,
         (SELECT min(day) FROM billing_app_businessday WHERE status = 'open'),
         e.kind, correction, e.task_id, decider, e.id, now()
    FROM billing_app_correction c JOIN billing_app_entry e ON e.id = c.entry_id
   WHERE c.id = correction
  RETURNING *;
END $$;

-- Both legs of every entry, in the two columns that an accountant expects ----------------------------

CREATE VIEW billing_leg AS
  SELECT id AS entry_id, day, 'workers' AS account, account_id,
         greatest(-amount_cents, 0) AS debit_cents, greatest(amount_cents, 0) AS credit_cents
    FROM billing_app_entry
  UNION ALL
  SELECT id, day, counter.account, NULL, greatest(amount_cents, 0), greatest(-amount_cents, 0)
    FROM billing_app_entry
    JOIN (VALUES (1, 'income:fees'), (2, 'expense:rewards'), (3, 'asset:cash'),
                 (4, 'equity:adjustments')) AS counter (kind, account) USING (kind);
