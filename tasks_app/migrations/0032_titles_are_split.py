"""From here on no row may hold brackets in its title (E2): the door is closed behind the backfill.

Backwards it is open again, as in a tracker from before the change. A database that was never open
has nothing to do here. What comes later goes with it when the door is opened, so it may only be what
a tracker can do without meanwhile, such as an index; of anything else the door would have to stand
behind it, as it does of 0031.
"""

from typing import Any

from django.core.management import CommandError
from django.db import migrations

CONSTRAINT = "title_without_brackets"
THERE = "SELECT FROM pg_constraint WHERE conname = %s AND conrelid = 'tasks_app_task'::regclass"


def close(apps: Any, schema_editor: Any) -> None:
    task = apps.get_model("tasks_app", "Task")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(THERE, [CONSTRAINT])
        if cursor.fetchone() is not None:
            return
    if unsplit := task.objects.filter(title__regex=r"[\[\]]").count():
        raise CommandError(f"{unsplit} titles hold brackets: manage.py split_titles --write first")
    [constraint] = [found for found in task._meta.constraints if found.name == CONSTRAINT]
    schema_editor.execute(f"{constraint.create_sql(task, schema_editor)} NOT VALID", params=None)
    schema_editor.execute(f"ALTER TABLE tasks_app_task VALIDATE CONSTRAINT {CONSTRAINT}")


def open_again(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(f"ALTER TABLE tasks_app_task DROP CONSTRAINT {CONSTRAINT}")


class Migration(migrations.Migration):
    atomic = False  # so that writers need not wait while all rows are looked at

    dependencies = [
        ("tasks_app", "0031_words"),
    ]

    operations = [
        migrations.RunPython(close, open_again),
    ]
