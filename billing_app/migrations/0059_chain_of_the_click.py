"""A request to close a day knows the chain of its click. The column is there already where 0054 was
applied while it still made it; a request from before has a chain of its own."""

from django.db import migrations, models

ADD = """
ALTER TABLE billing_app_closerequest
  ADD COLUMN IF NOT EXISTS correlation_id uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE billing_app_closerequest ALTER COLUMN correlation_id DROP DEFAULT;
"""
DROP = "ALTER TABLE billing_app_closerequest DROP COLUMN correlation_id"


class Migration(migrations.Migration):
    dependencies = [
        ("billing_app", "0058_seal_refusals"),
    ]

    operations = [
        migrations.RunSQL(
            ADD,
            DROP,
            state_operations=[
                migrations.AddField("closerequest", "correlation_id", models.UUIDField())
            ],
        ),
    ]
