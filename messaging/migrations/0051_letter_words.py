"""The words of dead letters in a table of their own, so that what happens to a letter later doesn't
index them anew; and no index that nobody needs."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

DROP_OLD = """
DROP INDEX dead_letter_by_words;
DROP FUNCTION dead_letter_words;
"""

CREATE_OLD = """
CREATE FUNCTION dead_letter_words(error text, envelope jsonb) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple', left(error, 4000) || ' ' || left(envelope::text, 16000));
CREATE INDEX dead_letter_by_words ON dead_letter
  USING gin (dead_letter_words(error, envelope));
"""

# Only the beginning of a text of any length: a letter must never be too long to be kept.
KEEP_WORDS = """
CREATE FUNCTION dead_letter_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dead_letter_words (letter_id, words)
  VALUES (NEW.id,
          to_tsvector('simple', left(NEW.error, 4000) || ' ' || left(NEW.envelope::text, 16000)))
  ON CONFLICT (letter_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_words AFTER INSERT OR UPDATE OF error, envelope ON dead_letter
  FOR EACH ROW EXECUTE FUNCTION dead_letter_keep_words();
INSERT INTO dead_letter_words (letter_id, words)
SELECT id, to_tsvector('simple', left(error, 4000) || ' ' || left(envelope::text, 16000))
  FROM dead_letter;
"""

FORGET_WORDS = """
DROP TRIGGER keep_words ON dead_letter;
DROP FUNCTION dead_letter_keep_words();
DELETE FROM dead_letter_words;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0050_sets"),
    ]

    operations = [
        migrations.RunSQL(DROP_OLD, CREATE_OLD),
        migrations.CreateModel(
            name="LetterWords",
            fields=[
                (
                    "letter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="said",
                        serialize=False,
                        to="messaging.deadletter",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "db_table": "dead_letter_words",
            },
        ),
        migrations.RemoveIndex(
            model_name="deadletter",
            name="dead_letter_by_event_id",
        ),
        migrations.RemoveIndex(
            model_name="deadletter",
            name="dead_letter_by_kind",
        ),
        migrations.RemoveIndex(
            model_name="deadletter",
            name="dead_letter_by_name",
        ),
        migrations.RemoveIndex(
            model_name="outboxevent",
            name="outbox_event_by_time",
        ),
        migrations.AddIndex(
            model_name="letterwords",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["words"], name="dead_letter_by_words"
            ),
        ),
        migrations.RunSQL(KEEP_WORDS, FORGET_WORDS),
    ]
