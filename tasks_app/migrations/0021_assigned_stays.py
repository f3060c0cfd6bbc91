"""What assignments refer to is kept as firmly as a foreign key keeps it: not only from being deleted,
and from those who do so at the same moment, too."""

from pathlib import Path

from django.db import migrations

FORWARD = Path(__file__).with_suffix(".sql").read_text()
BACKWARD = """
DROP FUNCTION tasks_assigned_not_emptied, tasks_assigned_keeps_its_key CASCADE;
CREATE OR REPLACE FUNCTION tasks_assigned_stays() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tasks_app", "0020_uploads"),
    ]

    operations = [
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
