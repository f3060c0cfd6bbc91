"""Deeds stay on record; old dead letters get a group and their subject; letters are found by words."""

from typing import Any
from uuid import UUID

from django.db import migrations

from messaging.error_groups import error_group

FORWARD = """
CREATE FUNCTION operator_deed_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'operator_deed is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON operator_deed
  FOR EACH STATEMENT EXECUTE FUNCTION operator_deed_is_append_only();
-- Only the beginning of a text of any length: a letter must never be too long to be kept.
CREATE FUNCTION dead_letter_words(error text, envelope jsonb) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple', left(error, 4000) || ' ' || left(envelope::text, 16000));
CREATE INDEX dead_letter_by_words ON dead_letter
  USING gin (dead_letter_words(error, envelope));
"""

BACKWARD = """
DROP INDEX dead_letter_by_words;
DROP FUNCTION dead_letter_words;
DROP TRIGGER append_only ON operator_deed;
DROP FUNCTION operator_deed_is_append_only();
"""

PORTION = 500
COLUMNS = ["error_group", "correlation_id", "task_id", "account_id"]


def describe(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model("messaging", "DeadLetter")
    portion = []
    for letter in model.objects.iterator(chunk_size=PORTION):
        envelope = letter.envelope if isinstance(letter.envelope, dict) else {}
        data = envelope.get("data")
        data = data if isinstance(data, dict) else {}
        letter.error_group = error_group(letter.error_kind, letter.error, letter.traceback)
        letter.correlation_id = uuid_or_none(envelope.get("correlation_id"))
        letter.task_id = uuid_or_none(data.get("task_id"))
        letter.account_id = uuid_or_none(data.get("account_id"))
        portion.append(letter)
        if len(portion) == PORTION:
            model.objects.bulk_update(portion, COLUMNS)
            portion = []
    model.objects.bulk_update(portion, COLUMNS)


def uuid_or_none(value: Any) -> UUID | None:
    try:
        return UUID(value)
    except (TypeError, ValueError, AttributeError):
        return None


class Migration(migrations.Migration):
    dependencies = [("messaging", "0040_operations")]

    operations = [
        migrations.RunPython(describe, migrations.RunPython.noop),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
