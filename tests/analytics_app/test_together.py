"""Several workers apply batches at the same time."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.db.models import Sum

from analytics_app.models import Account, DayTotal
from messaging import inbox
from messaging.models import InboxFailure
from tests.analytics_app import events
from tests.analytics_app.events import Envelope

PEOPLE = [f"Popug {n}" for n in range(30)]


def a_batch(seed: int) -> list[Envelope]:
    """People, charges and completions, in another order each time."""
    chance = random.Random(seed)  # noqa: S311
    people = chance.sample(PEOPLE, len(PEOPLE))
    known = [
        events.account(who, version=seed + 1, email="popug@popug.example") for who in people[:10]
    ]
    charged = [events.entry("fee", -1000, who) for who in people]
    done = [events.task_completed(f"{seed} {who}", who) for who in people]
    return chance.sample([*known, *charged, *done], 70)


def deliver(batch: list[Envelope]) -> int:
    try:
        return len(inbox.deliver("analytics", batch).applied)
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_workers_do_not_get_in_each_others_way() -> None:
    batches, before = [a_batch(seed) for seed in range(24)], deadlocks()
    with ThreadPoolExecutor(4) as workers:
        applied = list(workers.map(deliver, batches))
    assert applied == [70] * 24
    total = DayTotal.objects.get()
    assert (total.fees_cents, total.completions) == (24 * 30 * 1000, 24 * 30)
    assert Account.objects.aggregate(sum=Sum("balance_cents"))["sum"] == -24 * 30 * 1000
    assert not InboxFailure.objects.exists()
    assert deadlocks() == before


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
