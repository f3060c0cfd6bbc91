"""Control totals: what the tracker counted on each business day, told to whoever keeps books.

A lost event leaves every sum of a ledger right, so the ledger cannot notice it alone. A day is
counted once it is over, and again when what was committed late makes the count differ.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from messaging.business_day import business_day
from messaging.outbox import publish
from tasks_app import events
from tasks_app.models import DayCount

GRACE = timedelta(minutes=5)  # for what began before midnight and is committed after it
RECOUNTED = timedelta(days=7)
COUNTING = 7101  # an advisory lock
LARGEST_SHIFT = timedelta(hours=3)  # no clock is set back or forth by more

# The days that are due: from the first day on which anything was assigned, all that were never
# counted, and the newest again. What belongs to a day is what the ledger would book on it; where a
# clock is set back at midnight, a day begins an hour before its second midnight. The wider range is
# for the index.
_COUNT = """
WITH first AS (
  SELECT (min(assigned_at) AT TIME ZONE %(zone)s)::date AS day FROM tasks_app_assignment
), due AS (
  SELECT d::date AS day, d::date::timestamp AT TIME ZONE %(zone)s AS begins,
         (d::date + 1)::timestamp AT TIME ZONE %(zone)s AS ends
    FROM first, generate_series(first.day, %(last)s, interval '1 day') AS d
   WHERE d::date >= %(recounted)s
      OR NOT EXISTS (SELECT FROM tasks_app_daycount c WHERE c.day = d::date)
)
INSERT INTO tasks_app_daycount AS c (day, version, assignments, assignments_checksum,
                                     completions, completions_checksum, zone, counted_at)
SELECT day, 1, a.n, a.checksum, b.n, b.checksum, %(zone)s, %(now)s
  FROM due,
       LATERAL (SELECT count(*) AS n,
                       coalesce(sum(hashtextextended(public_id::text, 0)), 0) AS checksum
                  FROM tasks_app_assignment
                 WHERE assigned_at >= begins - %(margin)s::interval
                   AND assigned_at < ends + %(margin)s::interval
                   AND (assigned_at AT TIME ZONE %(zone)s)::date = day) AS a,
       LATERAL (SELECT count(*) AS n,
                       coalesce(sum(hashtextextended(completion_id::text, 0)), 0) AS checksum
                  FROM tasks_app_task
                 WHERE completed_at >= begins - %(margin)s::interval
                   AND completed_at < ends + %(margin)s::interval
                   AND (completed_at AT TIME ZONE %(zone)s)::date = day) AS b
ON CONFLICT (day) DO UPDATE
   SET version = c.version + 1, assignments = excluded.assignments,
       assignments_checksum = excluded.assignments_checksum, completions = excluded.completions,
       completions_checksum = excluded.completions_checksum, zone = excluded.zone,
       counted_at = excluded.counted_at
 WHERE (c.assignments, c.assignments_checksum, c.completions, c.completions_checksum, c.zone)
       IS DISTINCT FROM (excluded.assignments, excluded.assignments_checksum,
                         excluded.completions, excluded.completions_checksum, excluded.zone)
RETURNING *
"""


def count_days(now: datetime | None = None) -> list[DayCount]:
    """Count the days that are over and tell every count that is new; may be run at any time."""
    now = now or timezone.now()
    yesterday = business_day(now - GRACE) - timedelta(days=1)
    given = {
        "zone": settings.BUSINESS_TIME_ZONE,
        "margin": LARGEST_SHIFT,
        "now": now,
        "last": yesterday,
        "recounted": yesterday - RECOUNTED,
    }
    with transaction.atomic():
        _take_turn()
        counted = sorted(DayCount.objects.raw(_COUNT, given), key=lambda count: count.day)
        publish(events.day_counted(count) for count in counted)
    return counted


def _take_turn() -> None:
    """Two counting at once could tell an older count as the newer version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [COUNTING])
