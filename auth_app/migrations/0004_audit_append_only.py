"""The audit log is history: PostgreSQL refuses to rewrite it, whoever asks."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION auth_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON auth_app_audit
  FOR EACH STATEMENT EXECUTE FUNCTION auth_refuse_edit();
"""

BACKWARD = """
DROP TRIGGER append_only ON auth_app_audit;
DROP FUNCTION auth_refuse_edit();
"""


class Migration(migrations.Migration):
    dependencies = [("auth_app", "0003_audit")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
