"""Who got most in a shuffle is counted once, when it ends."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tasks_app", "0010_sets"),
    ]

    operations = [
        migrations.AddField(
            model_name="shufflerun",
            name="shares",
            field=models.JSONField(default=list),
        ),
    ]
