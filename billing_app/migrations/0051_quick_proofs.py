"""What is proved of each payout is looked up by key, whatever the statistics say."""

from pathlib import Path

from django.db import migrations

FORWARD = Path(__file__).with_suffix(".sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("billing_app", "0050_unusual")]

    operations = [
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),  # the rules are the same
    ]
