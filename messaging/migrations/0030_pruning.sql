-- What is finished may be forgotten, and nothing else, whoever asks: these run as their owner, since
-- the application may not delete from these tables, and keep their own floors.
--
-- Each walks up the table from a place, `portion` rows at a time, and says how many rows it deleted
-- and where to go on; the place is NULL once the rows are younger than asked for.

CREATE FUNCTION messaging_prune_until(older interval, at_least interval) RETURNS timestamptz
LANGUAGE plpgsql STABLE SET search_path = public AS $$
BEGIN
  IF older IS NULL OR older < at_least THEN
    RAISE EXCEPTION 'nothing younger than % is forgotten', at_least USING ERRCODE = 'check_violation';
  END IF;
  RETURN statement_timestamp() - older;
END $$;

CREATE FUNCTION messaging_prune_deliveries(older interval, place bigint, portion int,
                                           OUT deleted int, OUT reached bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE until timestamptz := messaging_prune_until(older, '7 days');
BEGIN
  SELECT max(id) INTO reached FROM (
    SELECT id FROM outbox_delivery WHERE id > place ORDER BY id LIMIT portion) AS walked;
  DELETE FROM outbox_delivery WHERE id > place AND id <= reached
     AND state IN ('acked', 'discarded') AND settled_at < until;
  GET DIAGNOSTICS deleted = ROW_COUNT;
  IF deleted = 0 THEN
    SELECT d.id INTO reached FROM outbox_delivery d JOIN outbox_event e ON e.position = d.event_id
     WHERE d.id = reached AND e.created_at < until;
  END IF;
END $$;

CREATE FUNCTION messaging_prune_events(older interval, place bigint, portion int,
                                       OUT deleted int, OUT reached bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  until timestamptz := messaging_prune_until(older, '7 days');
  finished bigint[];
BEGIN
  SELECT max(position) INTO reached FROM (
    SELECT position FROM outbox_event WHERE position > place ORDER BY position LIMIT portion)
    AS walked;
  SELECT array_agg(position) INTO finished FROM outbox_event AS e
   WHERE position > place AND position <= reached AND created_at < until
     AND NOT EXISTS (SELECT FROM outbox_delivery AS d WHERE d.event_id = e.position
                        AND d.state NOT IN ('acked', 'discarded'));
  DELETE FROM outbox_delivery WHERE event_id = ANY(finished);
  DELETE FROM outbox_event WHERE position = ANY(finished);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  IF deleted = 0 THEN
    SELECT position INTO reached FROM outbox_event WHERE position = reached AND created_at < until;
  END IF;
END $$;

-- The inbox parks what is older than 400 days; what it forgets is older still.
CREATE FUNCTION messaging_prune_inbox(older interval, place bigint, portion int,
                                      OUT deleted int, OUT reached bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE until timestamptz := messaging_prune_until(older, '402 days');
BEGIN
  SELECT max(id) INTO reached FROM (
    SELECT id FROM inbox_event WHERE id > place ORDER BY id LIMIT portion) AS walked;
  DELETE FROM inbox_event WHERE id > place AND id <= reached AND applied_at < until;
  GET DIAGNOSTICS deleted = ROW_COUNT;
  IF deleted = 0 THEN
    reached := NULL;
  END IF;
END $$;

CREATE FUNCTION messaging_prune_attempts(older interval, place bigint, portion int,
                                         OUT deleted int, OUT reached bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE until timestamptz := messaging_prune_until(older, '7 days');
BEGIN
  SELECT max(id) INTO reached FROM (
    SELECT id FROM inbox_attempt WHERE id > place ORDER BY id LIMIT portion) AS walked;
  DELETE FROM inbox_attempt AS a WHERE id > place AND id <= reached AND ended_at < until
     AND NOT EXISTS (SELECT FROM dead_letter AS l WHERE l.consumer = a.consumer
                        AND l.event_id = a.event_id AND l.state = 'parked');
  GET DIAGNOSTICS deleted = ROW_COUNT;
  IF deleted = 0 THEN
    SELECT id INTO reached FROM inbox_attempt WHERE id = reached AND ended_at < until;
  END IF;
END $$;

REVOKE ALL ON FUNCTION messaging_prune_deliveries, messaging_prune_events, messaging_prune_inbox,
  messaging_prune_attempts FROM PUBLIC;
