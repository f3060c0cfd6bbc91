"""Whoever asked for a correction may withdraw it. Backwards only while nobody has."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing_app", "0060_a_close_was_refused"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="correction",
            name="four_eyes",
        ),
        migrations.RemoveConstraint(
            model_name="correction",
            name="one_correction_an_entry",
        ),
        migrations.AlterField(
            model_name="auditrecord",
            name="action",
            field=models.CharField(
                choices=[
                    ("day_closed", "closed a day"),
                    ("day_closed_early", "closed a day early"),
                    ("notice_retried", "sent a notice again"),
                    ("correction_requested", "asked for a correction"),
                    ("correction_approved", "approved a correction"),
                    ("correction_rejected", "rejected a correction"),
                    ("correction_withdrawn", "withdrew a correction"),
                    ("reconciliation_requested", "asked for a reconciliation"),
                    ("exported", "exported"),
                ],
                max_length=30,
            ),
        ),
        migrations.AlterField(
            model_name="correction",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "waiting"),
                    ("approved", "approved"),
                    ("rejected", "rejected"),
                    ("withdrawn", "withdrawn"),
                ],
                db_default="requested",
                default="requested",
                max_length=9,
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("requested_by")), ("state", "withdrawn")),
                    models.Q(
                        models.Q(("state", "withdrawn"), _negated=True),
                        models.Q(("decided_by", models.F("requested_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["rejected", "withdrawn"]), _negated=True),
                fields=("entry",),
                name="one_correction_an_entry",
            ),
        ),
    ]
