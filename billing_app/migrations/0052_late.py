"""What was booked on a later day than it happened is found without reading the journal.

In the zone of business days that is set when this runs: with another one the index is not used, and
the list is as true as before, and slower.
"""

from typing import Any

from django.conf import settings
from django.db import migrations

CREATE = """
CREATE INDEX entry_late ON billing_app_entry (day, id)
 WHERE day > (occurred_at AT TIME ZONE {zone})::date
"""


def create(_apps: Any, schema_editor: Any) -> None:
    zone = schema_editor.quote_value(settings.BUSINESS_TIME_ZONE)
    schema_editor.execute(CREATE.format(zone=zone))


class Migration(migrations.Migration):
    dependencies = [("billing_app", "0051_quick_proofs")]

    operations = [
        migrations.RunPython(
            create, lambda _, schema_editor: schema_editor.execute("DROP INDEX entry_late")
        )
    ]
