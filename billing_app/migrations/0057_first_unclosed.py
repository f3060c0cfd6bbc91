"""Debts are found from the first unclosed day on; see the SQL beside this file."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__)
BEFORE = HERE.with_name("0056_debts.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [
        ("billing_app", "0056_debts"),
    ]

    operations = [
        migrations.RunSQL([(HERE.with_suffix(".sql").read_text(), None)], [(BEFORE, None)]),
    ]
