"""Debts are found without asking of each since when it is one; see the SQL beside this file."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__)
BEFORE = (
    HERE.with_name("0030_reading.sql").read_text().replace("CREATE VIEW", "CREATE OR REPLACE VIEW")
)


class Migration(migrations.Migration):
    dependencies = [
        ("billing_app", "0055_words"),
    ]

    operations = [
        migrations.RunSQL([(HERE.with_suffix(".sql").read_text(), None)], [(BEFORE, None)]),
    ]
