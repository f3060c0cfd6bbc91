"""Analytics may be emptied and made anew from events: it holds nothing else.

The turn is the one that every handler takes, so no batch is half-way through. The function runs as
its owner, since the application may not forget what it has applied.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION analytics_forget() RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7200002);
  DELETE FROM inbox_event WHERE consumer = 'analytics';
  TRUNCATE analytics_app_account, analytics_app_task, analytics_app_daytotal;
END $$;
REVOKE EXECUTE ON FUNCTION analytics_forget() FROM PUBLIC;
"""

BACKWARD = "DROP FUNCTION analytics_forget()"


class Migration(migrations.Migration):
    dependencies = [("analytics_app", "0001_initial"), ("messaging", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
