"""What dates did to the ledger: one long past opened decades of days, and a digest depended on how
the connection writes dates."""

from pathlib import Path

from django.db import migrations


def text_of(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text()


def first_again(function: str) -> str:
    """The function as 0002 made it; its owner and privileges stay."""
    _, _, rest = text_of("0002_rules").partition(f"CREATE FUNCTION {function}(")
    body, end, _ = rest.partition("$$;")
    return f"CREATE OR REPLACE FUNCTION {function}({body}{end}"


class Migration(migrations.Migration):
    dependencies = [("billing_app", "0030_reading")]

    operations = [
        migrations.RunSQL(
            [(text_of("0040_dates"), None)],
            reverse_sql=[
                (first_again("billing_post"), None),
                (first_again("billing_digest"), None),
            ],
        ),
    ]
