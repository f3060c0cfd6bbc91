"""The few entries that may be on either side are found without reading the journal."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing_app", "0040_dates"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("kind", 4), ("reverses__isnull", False), _connector="OR"),
                fields=["day"],
                name="entry_unusual",
            ),
        ),
    ]
