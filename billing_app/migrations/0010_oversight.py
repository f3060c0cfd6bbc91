"""Control totals, reconciliations, corrections and the audit log."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing_app", "0003_duties")]

    operations = [
        migrations.CreateModel(
            name="AuditRecord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("actor", models.UUIDField()),
                ("actor_role", models.CharField(blank=True, max_length=10)),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("day_closed", "closed a day"),
                            ("day_closed_early", "closed a day early"),
                            ("notice_retried", "sent a notice again"),
                            ("correction_requested", "asked for a correction"),
                            ("correction_approved", "approved a correction"),
                            ("correction_rejected", "rejected a correction"),
                            ("reconciliation_requested", "asked for a reconciliation"),
                            ("exported", "exported"),
                        ],
                        max_length=30,
                    ),
                ),
                ("object", models.CharField(max_length=200)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("request_id", models.UUIDField()),
            ],
            options={
                "db_table": "billing_app_audit",
            },
        ),
        migrations.CreateModel(
            name="CheckRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "requested_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("requested_by", models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name="ControlTotal",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                ("assignments", models.BigIntegerField()),
                ("assignments_checksum", models.DecimalField(decimal_places=0, max_digits=40)),
                ("completions", models.BigIntegerField()),
                ("completions_checksum", models.DecimalField(decimal_places=0, max_digits=40)),
                (
                    "zone",
                    models.CharField(help_text="where the day began and ended", max_length=64),
                ),
                ("counted_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("requested_by", models.UUIDField()),
                (
                    "requested_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "waiting"),
                            ("approved", "approved"),
                            ("rejected", "rejected"),
                        ],
                        db_default="requested",
                        default="requested",
                        max_length=9,
                    ),
                ),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("claim", models.CharField(max_length=20)),
                ("day", models.DateField(null=True)),
                ("entry_id", models.BigIntegerField(null=True)),
                ("here", models.TextField(blank=True)),
                ("there", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("checked_at", models.DateTimeField()),
                ("seconds", models.FloatField()),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("schedule", "schedule"),
                            ("close", "a day was closed"),
                            ("person", "somebody asked"),
                        ],
                        max_length=8,
                    ),
                ),
                ("asked_by", models.UUIDField(null=True)),
                (
                    "day",
                    models.DateField(help_text="the only day looked at; empty: all", null=True),
                ),
                (
                    "closed_through",
                    models.DateField(help_text="the newest day that was closed then", null=True),
                ),
                ("ok", models.BooleanField()),
                ("verdicts", models.JSONField()),
            ],
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(fields=["actor", "-id"], name="audit_by_actor"),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(fields=["action", "-id"], name="audit_by_action"),
        ),
        migrations.AddField(
            model_name="correction",
            name="entry",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="billing_app.entry",
            ),
        ),
        migrations.AddField(
            model_name="difference",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to="billing_app.account",
            ),
        ),
        migrations.AddIndex(
            model_name="reconciliation",
            index=models.Index(fields=["-checked_at", "-id"], name="reconciliation_newest"),
        ),
        migrations.AddField(
            model_name="difference",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="differences",
                to="billing_app.reconciliation",
            ),
        ),
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(fields=["-requested_at", "-id"], name="correction_newest"),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("state", "requested")),
                    models.Q(
                        models.Q(("state", "requested"), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="decided_when_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("requested_by")), _negated=True),
                    _connector="OR",
                ),
                name="four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__regex", "\\S")), name="corrected_for_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "rejected"), _negated=True),
                fields=("entry",),
                name="one_correction_an_entry",
            ),
        ),
    ]
