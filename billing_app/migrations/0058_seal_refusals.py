"""Why the ledger refused to close a day, for whoever waits for it."""

import django.db.models.functions.datetime
from django.db import migrations, models

APPEND_ONLY = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON billing_app_sealrefusal
  FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_edit();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing_app", "0057_first_unclosed"),
    ]

    operations = [
        migrations.CreateModel(
            name="SealRefusal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("reason", models.TextField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.RunSQL([(APPEND_ONLY, None)], migrations.RunSQL.noop),
    ]
