"""A form that joined what was under way joins it again when it is sent again."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0053_quarters"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormKey",
            fields=[
                ("key", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("led_to", models.UUIDField()),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), db_index=True
                    ),
                ),
            ],
            options={
                "db_table": "form_key",
            },
        ),
    ]
