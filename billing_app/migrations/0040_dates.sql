-- An entry opens every day between its own and today, so one wrong date in an empty ledger would fill
-- the calendar with decades.

CREATE OR REPLACE FUNCTION billing_post(accounts bigint[], kinds smallint[], amounts bigint[],
                                        sources uuid[], tasks uuid[], events uuid[],
                                        actors uuid[], happened timestamptz[], zone text)
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
  IF first_day < today - 400 THEN
    RAISE EXCEPTION 'an entry dated % lies too far in the past', first_day
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

-- The same bytes as before, whatever DateStyle a connection has.

CREATE OR REPLACE FUNCTION billing_digest(sealed_day date, previous bytea) RETURNS bytea
LANGUAGE sql STABLE AS $$
  SELECT sha256(coalesce(previous, ''::bytea) || convert_to(
           to_char(sealed_day, 'YYYY-MM-DD') || E'\n' || coalesce(string_agg(
           concat_ws('|', id, account_id, amount_cents, kind, source_id, coalesce(task_id::text, ''),
                     coalesce(reverses_id, 0), extract(epoch FROM occurred_at),
                     extract(epoch FROM posted_at)), E'\n' ORDER BY id), ''), 'UTF8'))
    FROM billing_app_entry WHERE day = sealed_day
$$;
