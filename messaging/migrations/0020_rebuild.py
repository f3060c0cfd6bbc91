"""The log remembers what it has lost: a read model is only made anew from a whole one."""

import django.db.models.functions.datetime
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION outbox_count_pruned() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO outbox_pruned AS known (event_name, count)
  SELECT event_name, count(*) FROM pruned GROUP BY event_name ORDER BY event_name
  ON CONFLICT (event_name) DO UPDATE SET count = known.count + excluded.count;
  RETURN NULL;
END $$;
CREATE TRIGGER count_pruned AFTER DELETE ON outbox_event
  REFERENCING OLD TABLE AS pruned FOR EACH STATEMENT EXECUTE FUNCTION outbox_count_pruned();
"""

BACKWARD = """
DROP TRIGGER count_pruned ON outbox_event;
DROP FUNCTION outbox_count_pruned();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0011_versions_in_use"),
    ]

    operations = [
        migrations.CreateModel(
            name="PrunedEvents",
            fields=[
                ("event_name", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("count", models.BigIntegerField()),
            ],
            options={
                "db_table": "outbox_pruned",
            },
        ),
        migrations.CreateModel(
            name="Rebuild",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("consumer", models.CharField(max_length=32)),
                ("total", models.BigIntegerField(default=0)),
                ("done", models.BigIntegerField(default=0)),
                ("returned", models.BigIntegerField(default=0)),
                ("cursor", models.BigIntegerField(default=0)),
                ("last", models.BigIntegerField(default=0)),
                (
                    "started_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "rebuild",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at", None)),
                        fields=("consumer",),
                        name="one_rebuild_at_a_time",
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
