-- What an assignment refers to is not taken away: not deleted, not emptied, not called otherwise.
-- There is no index by person or shuffle, since nobody deletes either. Whoever does waits for
-- assignments that are being written, and lets none be written meanwhile: what a foreign key sees to
-- by locking each row that it finds.
CREATE OR REPLACE FUNCTION tasks_assigned_stays() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE needed boolean;
BEGIN
  LOCK TABLE tasks_app_assignment IN SHARE MODE;
  CASE TG_TABLE_NAME
    WHEN 'tasks_app_task' THEN
      needed := EXISTS (SELECT FROM gone JOIN tasks_app_assignment a ON a.task_id = gone.id);
    WHEN 'tasks_app_account' THEN
      needed := EXISTS (SELECT FROM gone JOIN tasks_app_assignment a
                          ON a.account_id = gone.public_id);
    ELSE
      needed := EXISTS (SELECT FROM gone JOIN tasks_app_assignment a ON a.shuffle_id = gone.id);
  END CASE;
  IF needed THEN
    RAISE EXCEPTION 'there are assignments of what was to be deleted from %', TG_TABLE_NAME
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;

-- All of it may be emptied together, as a foreign key allows it, too.
CREATE FUNCTION tasks_assigned_not_emptied() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM tasks_app_assignment a
              WHERE TG_TABLE_NAME <> 'tasks_app_shufflerun' OR a.shuffle_id IS NOT NULL) THEN
    RAISE EXCEPTION 'there are assignments of what was to be emptied: %', TG_TABLE_NAME
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER assigned_not_emptied AFTER TRUNCATE ON tasks_app_task
  FOR EACH STATEMENT EXECUTE FUNCTION tasks_assigned_not_emptied();
CREATE TRIGGER assigned_not_emptied AFTER TRUNCATE ON tasks_app_account
  FOR EACH STATEMENT EXECUTE FUNCTION tasks_assigned_not_emptied();
CREATE TRIGGER assigned_not_emptied AFTER TRUNCATE ON tasks_app_shufflerun
  FOR EACH STATEMENT EXECUTE FUNCTION tasks_assigned_not_emptied();

CREATE FUNCTION tasks_assigned_keeps_its_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'assignments refer to % by this key', TG_TABLE_NAME
    USING ERRCODE = 'foreign_key_violation';
END $$;
CREATE TRIGGER assigned_keeps_its_key BEFORE UPDATE OF id ON tasks_app_task
  FOR EACH STATEMENT EXECUTE FUNCTION tasks_assigned_keeps_its_key();
CREATE TRIGGER assigned_keeps_its_key BEFORE UPDATE OF public_id ON tasks_app_account
  FOR EACH STATEMENT EXECUTE FUNCTION tasks_assigned_keeps_its_key();
CREATE TRIGGER assigned_keeps_its_key BEFORE UPDATE OF id ON tasks_app_shufflerun
  FOR EACH STATEMENT EXECUTE FUNCTION tasks_assigned_keeps_its_key();
