"""Where the backfill of Jira keys keeps the titles as they were."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tasks_app", "0002_day_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerTitle",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="tasks_app.task",
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("jira_id", models.CharField(blank=True, max_length=32)),
                (
                    "split_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
    ]
