"""The rules of what watches over the ledger; the SQL beside this file explains itself."""

from pathlib import Path

from django.db import migrations

UNDO = """
DROP VIEW billing_leg;
DROP FUNCTION billing_reverse;
DROP FUNCTION billing_guard_reversal, billing_guard_correction CASCADE;
DROP TRIGGER append_only ON billing_app_checkrequest;
DROP TRIGGER append_only ON billing_app_difference;
DROP TRIGGER append_only ON billing_app_reconciliation;
DROP TRIGGER append_only ON billing_app_audit;
"""


class Migration(migrations.Migration):
    dependencies = [("billing_app", "0010_oversight")]

    operations = [
        migrations.RunSQL(
            [(Path(__file__).with_suffix(".sql").read_text(), None)], reverse_sql=UNDO
        ),
    ]
