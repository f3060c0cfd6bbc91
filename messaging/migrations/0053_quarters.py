"""Tallies of quarters of an hour; those of hours are counted anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0052_tallies"),
    ]

    operations = [
        migrations.RunSQL("DELETE FROM event_tally", "DELETE FROM event_tally"),
        migrations.RemoveConstraint("eventtally", "tallied_once"),
        migrations.RenameField("eventtally", "hour", "began"),
        migrations.AlterField("eventtally", "began", models.DateTimeField()),
        migrations.AddConstraint(
            "eventtally",
            models.UniqueConstraint(
                fields=("began", "consumer", "event_name", "event_version"), name="tallied_once"
            ),
        ),
    ]
