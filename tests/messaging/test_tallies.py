"""Quarters of an hour that are counted once give the same counts as counting all of it again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging import tallies
from messaging.models import EventTally
from messaging.versions_in_use import WINDOWS

KINDS = [("tasks.task_created", 1), ("tasks.task_created", 2), ("billing.day_closed", 1)]
NOW = timezone.now().replace(minute=20, second=0, microsecond=0)
pytestmark = pytest.mark.django_db

_TELL = """
INSERT INTO outbox_event (event_id, event_name, event_version, event_time, producer, data,
                          correlation_id, created_at)
VALUES (uuidv7(), %s, %s, now(), 'tasks', '{}', uuidv7(), %s)
"""
_APPLY = """
INSERT INTO inbox_event (consumer, event_id, event_name, event_version, applied_at)
VALUES (%s, uuidv7(), %s, %s, %s)
"""

moments = st.one_of(
    st.floats(min_value=0, max_value=8 * 24 * 3600),
    st.integers(min_value=0, max_value=8 * 24).map(lambda hours: hours * 3600 + 20 * 60),
    st.sampled_from([window.total_seconds() for window in WINDOWS]),
).map(lambda seconds: NOW - timedelta(seconds=seconds))
things = st.tuples(st.sampled_from(["", "billing", "analytics"]), st.sampled_from(KINDS), moments)


def happen(where: str, kind: tuple[str, int], at: datetime) -> None:
    with connection.cursor() as cursor:
        if where:
            cursor.execute(_APPLY, [where, *kind, at])
        else:
            cursor.execute(_TELL, [*kind, at])


def counts(now: datetime = NOW) -> dict[Any, list[int]]:
    found = tallies.counts(KINDS, WINDOWS, now)
    return {place: numbers for place, numbers in found.items() if any(numbers)}


def naively(happened: list[Any], now: datetime) -> dict[Any, list[int]]:
    wanted: dict[Any, list[int]] = {}
    for where, kind, at in happened:
        for number, window in enumerate(WINDOWS):
            if now - window < at <= now:
                wanted.setdefault((where, *kind), [0] * len(WINDOWS))[number] += 1
    return wanted


@given(
    happened=st.lists(things, max_size=12),
    later=st.lists(st.sampled_from([0, 5, 45, 200, 3000]), max_size=3),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_are_the_same_however_often_they_were_tallied(
    happened: list[Any], later: list[int]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT example")
    for one in happened:
        happen(*one)
    now = NOW
    assert counts(now) == naively(happened, now)
    for minutes in later:
        now += timedelta(minutes=minutes)
        tallies.tally(KINDS, now)
        assert counts(now) == naively(happened, now)
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK TO SAVEPOINT example")


def test_a_quarter_is_left_alone_until_all_of_it_has_been_committed() -> None:
    happen("", KINDS[0], NOW - timedelta(minutes=10))  # the quarter that has just ended
    tallies.tally(KINDS, NOW)
    assert not EventTally.objects.exists()
    tallies.tally(KINDS, NOW + timedelta(minutes=10))
    assert EventTally.objects.get().count == 1


def test_only_what_somebody_may_ask_about_is_kept() -> None:
    happen("", KINDS[0], NOW - timedelta(hours=3))
    tallies.tally(KINDS, NOW)
    tallies.tally(KINDS, NOW + timedelta(days=10))
    assert not EventTally.objects.exists()
