"""What only the ledger's functions kept is kept by its tables; the SQL beside explains itself."""

from importlib import import_module
from pathlib import Path

from django.db import migrations, models

FIRST_RULES = import_module("billing_app.migrations.0002_rules")
DUTIES = import_module("billing_app.migrations.0003_duties")

UNDO = """
DROP FUNCTION billing_guard_account, billing_guard_new_day, billing_refuse_holes,
  billing_carry_over, billing_check_payouts, billing_check_whole_balance CASCADE;
DROP FUNCTION billing_prove, billing_freeze, billing_seal, billing_pay_out;
"""


def text_of(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text()


def first_rules_again() -> str:
    first = text_of("0002_rules")
    for kind in ("FUNCTION", "TRIGGER"):
        first = first.replace(f"CREATE {kind}", f"CREATE OR REPLACE {kind}")
    return first


class Migration(migrations.Migration):
    dependencies = [("billing_app", "0011_oversight_rules")]

    operations = [
        migrations.AddField(
            "payout", "refusals", models.PositiveSmallIntegerField(default=0, db_default=0)
        ),
        migrations.RunSQL(
            [(text_of("0020_sharp_rules"), None)],
            reverse_sql=[
                (UNDO, None),
                (first_rules_again(), None),
                (DUTIES.each("SECURITY DEFINER SET search_path = public, pg_temp"), None),
            ],
        ),
    ]
