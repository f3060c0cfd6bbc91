"""The ledger's rules as triggers and functions; the SQL beside this file explains itself."""

from pathlib import Path

from django.db import migrations

UNDO = """
DROP FUNCTION billing_seal, billing_digest, billing_pay_out, billing_begin_close, billing_post,
  billing_open_days;
DROP FUNCTION billing_keep_balances, billing_wait_for_close, billing_guard_cycle,
  billing_guard_day, billing_guard_payout, billing_refuse_edit CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("billing_app", "0001_initial")]

    operations = [
        migrations.RunSQL(
            [(Path(__file__).with_suffix(".sql").read_text(), None)], reverse_sql=UNDO
        ),
    ]
