"""Duties apart: the application's role posts; balances and days change only inside these functions,
which run as their owner."""

from django.db import migrations

FUNCTIONS = [
    "billing_keep_balances()",
    "billing_open_days(date, date)",
    "billing_begin_close(date)",
    "billing_pay_out(date)",
    "billing_seal(date, uuid)",
]


def each(clause: str) -> str:
    return ";".join(f"ALTER FUNCTION {function} {clause}" for function in FUNCTIONS)


class Migration(migrations.Migration):
    dependencies = [("billing_app", "0002_rules")]

    operations = [
        migrations.RunSQL(
            each("SECURITY DEFINER SET search_path = public, pg_temp"),
            reverse_sql=each("SECURITY INVOKER RESET search_path"),
        ),
    ]
