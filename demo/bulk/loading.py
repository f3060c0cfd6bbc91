"""A history of any size in minutes: each service's tables as its events would have left them.

The rows are made by PostgreSQL itself, a statement a table or day: not even COPY, to which a
program has to tell each row, is as fast. Nothing gets past the rules: entries pass the journal's
triggers, and days are closed by the ledger's own functions, so that `reconcile` proves the whole.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from billing_app.models import BusinessDay, Entry
from messaging import contracts, tallies
from messaging.business_day import today
from tasks_app import counting
from tasks_app.models import Task

PORTION = 50_000  # payouts a statement
DELIVERED_DAYS = 7  # older deliveries have been pruned

_PAY_OUT = "SELECT count(*) FROM billing_pay_out(%s, %s)"
_NOTICES_SENT = """
UPDATE billing_app_payout SET state = 'sent', sent_at = now(), attempts = 1
 WHERE day = %s AND state = 'pending'
"""
_KNOW_COUNTS = """
INSERT INTO billing_app_controltotal (day, version, assignments, assignments_checksum, completions,
                                      completions_checksum, zone, counted_at)
SELECT day, version, assignments, assignments_checksum, completions, completions_checksum, zone,
       counted_at - interval '1 hour'
  FROM tasks_app_daycount
"""

Say = Callable[[str], None]


class Refused(Exception):
    """Why nothing is loaded."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there shall be. `entries` are fees and rewards; payouts come on top. A tenth of the
    tasks stays open, as far as the entries suffice; of the events the newest are kept."""

    tasks: int
    people: int
    entries: int
    events: int
    days: int = 30

    @property
    def completions(self) -> int:
        return min(self.tasks * 9 // 10, self.entries - self.tasks)

    @property
    def draws(self) -> int:
        """At least one a task."""
        return self.entries - self.completions


def load(size: Size, say: Say) -> None:
    """Fill an empty company. Raises `Refused`."""
    _check(size)
    given = {
        "zone": settings.BUSINESS_TIME_ZONE,
        "today": today(),
        "days": size.days,
        "people": size.people,
        "tasks": size.tasks,
        "draws": size.draws,
        "completions": size.completions,
    }
    try:
        for part in ("people", "tasks"):
            say(f"{part} …")
            _run(part, given)
        _fill_ledger(size, say)
        say("the tracker's counts …")
        counting.count_days()
        _execute(_KNOW_COUNTS)
        say("analytics …")
        _run("analytics", {})
        _tell(size, say)
        tallies.tally(contracts.kinds())
    finally:
        _execute("DISCARD TEMP")
    say("statistics …")
    _execute("VACUUM ANALYZE")


def _check(size: Size) -> None:
    if Task.objects.exists() or Entry.objects.exists() or BusinessDay.objects.exists():
        raise Refused("There are tasks or entries already: a history begins with an empty one.")
    if min(size.tasks, size.people) < 1 or not 1 <= size.days <= 400:
        raise Refused("At least one task and one person, and 1 to 400 days.")
    if not size.tasks <= size.entries <= 50 * size.tasks:
        raise Refused("Every task is charged at least once, and at most 50 times: more entries.")


def _fill_ledger(size: Size, say: Say) -> None:
    _execute("SELECT billing_open_days(min(day), max(day) + 1) FROM bulk_day")
    for number, day in _days():
        say(f"entries of {day} …")
        with transaction.atomic():
            _run("entries", {"number": number})
        if number < size.days:
            _close(day)


def _close(day: date) -> None:
    with transaction.atomic():
        _execute("SELECT billing_begin_close(%s)", [day])
    with transaction.atomic():
        while _value(_PAY_OUT, [day, PORTION]):
            pass
        _execute(_NOTICES_SENT, [day])
    with transaction.atomic():
        _execute("SELECT FROM billing_seal(%s, NULL)", [day])


def _tell(size: Size, say: Say) -> None:
    routes = [(name, who) for name in contracts.registry() for who in contracts.consumers_of(name)]
    given = {"names": [name for name, _ in routes], "consumers": [who for _, who in routes]}
    for number, day in _days():
        say(f"events of {day} …")
        _run(
            "events",
            given
            | {
                "number": number,
                "kept": max(size.events - _told_after(number), 0),
                "delivered": number > size.days - DELIVERED_DAYS,
            },
        )
        _execute("DROP TABLE bulk_event")


_TOLD_AFTER = """
SELECT (SELECT 2 * count(*) FROM bulk_task WHERE born > %(n)s)
     + (SELECT count(*) FROM bulk_draw WHERE number > %(n)s)
     + (SELECT count(*) FROM bulk_completion WHERE number > %(n)s)
     + (SELECT count(*) FROM bulk_shuffle WHERE number > %(n)s)
     + (SELECT count(*) FROM billing_app_entry JOIN bulk_day USING (day) WHERE number > %(n)s)
     + (SELECT count(*) FROM billing_app_payout JOIN bulk_day USING (day) WHERE number > %(n)s)
     + (SELECT count(*) FROM billing_app_businessday JOIN bulk_day USING (day)
         WHERE number > %(n)s AND status = 'closed')
"""


def _told_after(number: int) -> int:
    return _value(_TOLD_AFTER, {"n": number})


def _days() -> list[tuple[int, date]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, day FROM bulk_day ORDER BY number")
        found: list[tuple[int, date]] = cursor.fetchall()
    return found


def _run(part: str, given: dict[str, Any]) -> None:
    """A file's statements, as one transaction."""
    statements = Path(__file__).with_name(f"{part}.sql").read_text()
    with transaction.atomic():
        _execute(statements, given)


def _execute(statement: str, given: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


def _value(statement: str, given: Any = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.fetchone()[0])
