"""Tasks are found by the words of title and key, in a table that no draw touches."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

KEEP_WORDS = r"""
CREATE FUNCTION tasks_words(title text, jira_id text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple', regexp_replace(title || ' ' || jira_id, '\W+', ' ', 'g'));

CREATE FUNCTION tasks_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO tasks_app_taskwords (task_id, words)
  SELECT id, tasks_words(title, jira_id) FROM written ORDER BY id;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_words AFTER INSERT ON tasks_app_task REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION tasks_keep_words();

CREATE FUNCTION tasks_change_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE tasks_app_taskwords SET words = tasks_words(NEW.title, NEW.jira_id)
   WHERE task_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER change_words AFTER UPDATE OF title, jira_id ON tasks_app_task
  FOR EACH ROW EXECUTE FUNCTION tasks_change_words();

INSERT INTO tasks_app_taskwords (task_id, words)
SELECT id, tasks_words(title, jira_id) FROM tasks_app_task;
"""
FORGET_WORDS = """
DROP TRIGGER change_words ON tasks_app_task;
DROP TRIGGER keep_words ON tasks_app_task;
DROP FUNCTION tasks_change_words, tasks_keep_words, tasks_words;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tasks_app", "0030_titles_are_split"),
    ]

    operations = [
        migrations.CreateModel(
            name="TaskWords",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="said",
                        serialize=False,
                        to="tasks_app.task",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(
                    ("is_active", False), ("role__in", ("manager", "admin")), _connector="OR"
                ),
                fields=["public_id"],
                name="account_exempt",
            ),
        ),
        migrations.RunSQL(KEEP_WORDS, FORGET_WORDS),
        migrations.AddIndex(
            model_name="taskwords",
            index=django.contrib.postgres.indexes.GinIndex(fields=["words"], name="task_by_words"),
        ),
    ]
