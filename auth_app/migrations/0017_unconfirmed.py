"""Who signed up and has not confirmed the address gets no tasks.

Whoever has signed up before stays as they were: services have been told that they are active, and
only an admin can tell strangers from people.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth_app", "0016_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="is_confirmed",
            field=models.BooleanField(
                db_default=True,
                default=True,
                editable=False,
                help_text="not so, who signed up and never read our letter",
                verbose_name="address confirmed",
            ),
        ),
    ]
