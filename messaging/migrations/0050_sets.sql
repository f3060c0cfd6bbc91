-- A delivery belongs to an event: asked once a statement, for all its rows, where a foreign key asks
-- for each row on its own. Writing an event and its deliveries takes half the time.

CREATE FUNCTION outbox_delivery_has_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE homeless bigint;
BEGIN
  SELECT w.event_id INTO homeless FROM written AS w
   WHERE NOT EXISTS (SELECT FROM outbox_event AS e WHERE e.position = w.event_id) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'no event % to deliver', homeless USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER has_event AFTER INSERT ON outbox_delivery
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION outbox_delivery_has_event();

-- Which event it is of never changes.
CREATE FUNCTION outbox_delivery_keeps_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a delivery keeps its event and its consumer'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER keeps_event BEFORE UPDATE OF event_id, consumer ON outbox_delivery
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_delivery_keeps_event();

CREATE FUNCTION outbox_event_is_delivered() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE needed bigint;
BEGIN
  SELECT f.position INTO needed FROM forgotten AS f
   WHERE EXISTS (SELECT FROM outbox_delivery AS d WHERE d.event_id = f.position) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'event % still has deliveries', needed USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER is_delivered AFTER DELETE ON outbox_event
  REFERENCING OLD TABLE AS forgotten FOR EACH STATEMENT EXECUTE FUNCTION outbox_event_is_delivered();
