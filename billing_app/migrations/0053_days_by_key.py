"""The primary key begins with the day: an index of the day alone is written and never needed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing_app", "0052_late"),
    ]

    operations = [
        migrations.AlterField(
            model_name="cycle",
            name="day",
            field=models.ForeignKey(
                db_column="day",
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="billing_app.businessday",
            ),
        ),
    ]
