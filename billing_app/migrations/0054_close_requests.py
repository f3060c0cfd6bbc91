"""Who had a day closed is written with the barrier: it is sealed by a worker, maybe much later."""

import django.db.models.functions.datetime
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing_app_closerequest
  FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_edit();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing_app", "0053_days_by_key"),
    ]

    operations = [
        migrations.CreateModel(
            name="CloseRequest",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                (
                    "requested_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("requested_by", models.UUIDField()),
            ],
        ),
        migrations.RunSQL([(APPEND_ONLY, None)], migrations.RunSQL.noop),
    ]
