"""A delivery's event is proved by a trigger for whole statements instead of a key for each row."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

FORWARD = Path(__file__).with_suffix(".sql").read_text()
BACKWARD = """
DROP TRIGGER has_event ON outbox_delivery;
DROP TRIGGER keeps_event ON outbox_delivery;
DROP TRIGGER is_delivered ON outbox_event;
DROP FUNCTION outbox_delivery_has_event, outbox_delivery_keeps_event, outbox_event_is_delivered;
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0041_operators_rules")]

    operations = [
        migrations.AlterField(
            model_name="outboxdelivery",
            name="event",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="messaging.outboxevent",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
