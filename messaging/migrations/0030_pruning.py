"""What may be forgotten, decided by the database; the SQL beside this file explains itself."""

from pathlib import Path

from django.db import migrations

UNDO = """
DROP FUNCTION messaging_prune_deliveries, messaging_prune_events, messaging_prune_inbox,
  messaging_prune_attempts, messaging_prune_until;
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0020_rebuild")]

    operations = [
        migrations.RunSQL(
            [(Path(__file__).with_suffix(".sql").read_text(), None)], reverse_sql=UNDO
        ),
    ]
