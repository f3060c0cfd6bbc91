"""What an assignment refers to is proved for whole statements, and keys that most tasks have not are
not indexed: a shuffle writes every open task and an assignment of each."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

FORWARD = Path(__file__).with_suffix(".sql").read_text()
BACKWARD = """
DROP TRIGGER is_whole ON tasks_app_assignment;
DROP TRIGGER stays ON tasks_app_assignment;
DROP TRIGGER assigned_stays ON tasks_app_task;
DROP TRIGGER assigned_stays ON tasks_app_account;
DROP TRIGGER assigned_stays ON tasks_app_shufflerun;
DROP FUNCTION tasks_assignment_is_whole, tasks_assignment_stays, tasks_assigned_stays;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tasks_app", "0003_former_titles"),
    ]

    operations = [
        migrations.AlterField(
            model_name="assignment",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tasks_app.account",
            ),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="shuffle",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to="tasks_app.shufflerun",
            ),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="task",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to="tasks_app.task",
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="completion_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="task",
            name="creation_key",
            field=models.CharField(max_length=80, null=True),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("completion_id__isnull", False)),
                fields=("completion_id",),
                name="one_completion",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("creation_key__isnull", False)),
                fields=("creation_key",),
                name="one_task_a_key",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
