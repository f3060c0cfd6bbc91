"""Here the door was closed behind the backfill of titles (E2): databases remember it by this name.
It stands behind what came later now, in 0032."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("tasks_app", "0021_assigned_stays"),
    ]

    operations = []
