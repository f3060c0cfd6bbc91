"""What the accountant's pages read: the view of debts, and an index for every list."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing_app", "0020_sharp_rules")]

    operations = [
        migrations.RunSQL(
            [(Path(__file__).with_suffix(".sql").read_text(), None)],
            reverse_sql="DROP VIEW billing_debt",
        ),
        migrations.CreateModel(
            name="Debt",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="debt",
                        serialize=False,
                        to="billing_app.account",
                    ),
                ),
                ("balance_cents", models.BigIntegerField()),
                ("since", models.DateField()),
            ],
            options={"db_table": "billing_debt", "managed": False},
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["name", "id"], name="account_by_name"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["day", "id"],
                include=["kind", "amount_cents", "occurred_at"],
                name="entry_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["task_id"],
                condition=models.Q(("task_id__isnull", False)),
                name="entry_by_task",
            ),
        ),
        migrations.AddIndex(
            model_name="payout",
            index=models.Index(fields=["-made_at", "-id"], name="payout_newest"),
        ),
    ]
