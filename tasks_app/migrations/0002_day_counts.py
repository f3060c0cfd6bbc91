"""Control totals, and the indexes that they are counted by."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tasks_app", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayCount",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                ("assignments", models.BigIntegerField()),
                ("assignments_checksum", models.DecimalField(decimal_places=0, max_digits=40)),
                ("completions", models.BigIntegerField()),
                ("completions_checksum", models.DecimalField(decimal_places=0, max_digits=40)),
                ("zone", models.CharField(max_length=64)),
                ("counted_at", models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["assigned_at"], name="assigned_when", pages_per_range=32
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("completed_at__isnull", False)),
                fields=["completed_at"],
                name="task_completed_when",
            ),
        ),
    ]
