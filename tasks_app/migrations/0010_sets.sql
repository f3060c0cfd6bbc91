-- What an assignment refers to is there: asked once a statement, for all its rows, where a foreign key
-- asks, and locks what it finds, for each row on its own.

CREATE FUNCTION tasks_assignment_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM written w LEFT JOIN tasks_app_task t ON t.id = w.task_id
              WHERE t.id IS NULL)
     OR EXISTS (SELECT FROM written w LEFT JOIN tasks_app_account a ON a.public_id = w.account_id
                 WHERE a.public_id IS NULL)
     OR EXISTS (SELECT FROM (SELECT DISTINCT shuffle_id FROM written WHERE shuffle_id IS NOT NULL) w
                  LEFT JOIN tasks_app_shufflerun s ON s.id = w.shuffle_id WHERE s.id IS NULL) THEN
    RAISE EXCEPTION 'an assignment of no task, to nobody or by no shuffle'
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER is_whole AFTER INSERT ON tasks_app_assignment
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION tasks_assignment_is_whole();

-- Of what, to whom and by which shuffle never changes.
CREATE FUNCTION tasks_assignment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an assignment keeps its task, its person and its shuffle'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER stays BEFORE UPDATE OF task_id, account_id, shuffle_id ON tasks_app_assignment
  FOR EACH STATEMENT EXECUTE FUNCTION tasks_assignment_stays();

-- And it is not taken away. There is no index by person or shuffle: nobody deletes either.
CREATE FUNCTION tasks_assigned_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE needed boolean;
BEGIN
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
CREATE TRIGGER assigned_stays AFTER DELETE ON tasks_app_task
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION tasks_assigned_stays();
CREATE TRIGGER assigned_stays AFTER DELETE ON tasks_app_account
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION tasks_assigned_stays();
CREATE TRIGGER assigned_stays AFTER DELETE ON tasks_app_shufflerun
  REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION tasks_assigned_stays();
