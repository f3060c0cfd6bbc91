"""The event log is history: PostgreSQL refuses to rewrite it, whoever asks."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION outbox_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'outbox_event is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE ON outbox_event
  FOR EACH STATEMENT EXECUTE FUNCTION outbox_event_is_append_only();
"""

BACKWARD = """
DROP TRIGGER append_only ON outbox_event;
DROP FUNCTION outbox_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
