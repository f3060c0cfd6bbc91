"""A lively week, lived through the product's own verbs: nothing is written past them.

Days that are closed already stay as they are, so a second demonstration only adds to today.
"""

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from time import monotonic, sleep
from uuid import UUID

from django.db import connection
from django.utils import timezone
from uuid_utils.compat import uuid7

from auth_app.models import User
from billing_app import closing
from billing_app.locks import TELLING_THE_PAST
from billing_app.models import BusinessDay
from demo.people import FLOCK, hire
from demo.titles import TaskTitles
from messaging import outbox_deliveries
from messaging.business_day import business_zone, today
from messaging.context import acting
from tasks_app import shuffle
from tasks_app.models import Task

DAYS = 6
PATIENCE_SECONDS = 120
SHUFFLE_HOUR = 13
MORE_TODAY = 45

Say = Callable[[str], None]


class NothingMoves(Exception):
    """Events stay where they are: no relay or no worker is running."""


def live_through(say: Say, rng: random.Random) -> None:
    """Fill the running system: people, tasks, completions, shuffles, closed days."""
    with connection.cursor() as cursor:  # until the end of this process
        cursor.execute("SELECT pg_advisory_lock(%s)", [TELLING_THE_PAST])
    hire(FLOCK)
    settle()
    titles = TaskTitles(rng, first_key=Task.objects.count())
    for day in _open_days():
        tasks = _live_day(day, titles, rng)
        say(f"{day}: {tasks} tasks" + (", closed" if day < today() else ""))


def settle() -> None:
    """Wait until every event has reached its consumers. Raises `NothingMoves`."""
    until = monotonic() + PATIENCE_SECONDS
    while outbox_deliveries.lag():
        if monotonic() > until:
            raise NothingMoves
        sleep(0.1)


def _open_days() -> list[date]:
    closed = BusinessDay.objects.filter(status=BusinessDay.Status.CLOSED).order_by("-day")
    last_closed = closed.values_list("day", flat=True).first()
    days = [today() - timedelta(days=ago) for ago in range(DAYS, -1, -1)]
    return [day for day in days if not last_closed or day > last_closed]


def _live_day(day: date, titles: TaskTitles, rng: random.Random) -> int:
    count = rng.randint(22, 34)
    for _ in range(count):
        _create(day, titles, rng)
    settle()
    if day.weekday() % 2 or day == today():
        _shuffle(_at(day, SHUFFLE_HOUR, 0))
        settle()
    _complete_some(day, rng)
    if day == today():
        count += _create_more(day, titles, rng)
    settle()
    if day < today():
        closing.close(day, by=_somebody("accountant"))
        settle()
    return count


def _create_more(day: date, titles: TaskTitles, rng: random.Random) -> int:
    """After the last shuffle, so that everybody has something to do."""
    for _ in range(MORE_TODAY):
        _create(day, titles, rng)
    return MORE_TODAY


def _create(day: date, titles: TaskTitles, rng: random.Random) -> None:
    title, jira_id = titles.next()
    with acting(by := _anybody(rng)):
        at = _at(day, rng.randint(8, SHUFFLE_HOUR - 1), rng.randint(0, 59))
        Task.create(title=title, jira_id=jira_id, created_by=by, at=at)


def _shuffle(at: datetime) -> None:
    manager = _somebody("manager")
    with acting(manager):
        run = shuffle.start(manager, key=str(uuid7()))
        shuffle.go_on(run.pk, at=at)


def _complete_some(day: date, rng: random.Random) -> None:
    for task in Task.objects.open():
        if rng.random() < 0.55:
            at = _at(day, rng.randint(SHUFFLE_HOUR + 1, 19), rng.randint(0, 59))
            with acting(task.assignee_id):
                task.complete(task.assignee_id, at=at)


def _at(day: date, hour: int, minute: int) -> datetime:
    """That time of that day in the business zone, but never later than now."""
    moment = datetime.combine(day, time(hour, minute), business_zone())
    return min(moment, timezone.now())


def _anybody(rng: random.Random) -> UUID:
    return rng.choice(list(User.objects.values_list("public_id", flat=True)))


def _somebody(role: str) -> UUID:
    return User.objects.filter(role=role).values_list("public_id", flat=True)[0]
