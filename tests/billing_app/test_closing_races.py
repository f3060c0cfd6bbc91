"""Closing while others post, close and are killed: never a lost, doubled or misplaced cent."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction
from uuid_utils.compat import uuid7

from billing_app import closing
from billing_app.models import BusinessDay, Entry, Payout
from billing_app.proofs import prove
from billing_app.reports import balance_cents, statement
from billing_app.trial_balance import totals, trial_balance
from messaging.business_day import today
from messaging.inbox import deliver
from tests.billing_app import races
from tests.billing_app.facts import assigned, completed, days_ago

pytestmark = pytest.mark.django_db(transaction=True)

YESTERDAY = "(now() AT TIME ZONE 'UTC')::date - 1"
BARRIER = "SELECT pg_advisory_xact_lock_shared(7201)"
TELLING = "LOCK TABLE outbox_event IN EXCLUSIVE MODE"
DAY = f"SELECT FROM billing_app_businessday WHERE day = {YESTERDAY} FOR SHARE"
BALANCES = f"SELECT FROM billing_app_cycle WHERE day = {YESTERDAY} FOR UPDATE"
NEXT_BALANCES = f"SELECT FROM billing_app_cycle WHERE day = {YESTERDAY} + 1 FOR UPDATE"


def yesterday() -> date:
    return today() - timedelta(days=1)


def differences() -> list[str]:
    return [check.name for check in prove() if not check.ok]


@pytest.fixture(autouse=True)
def _calm() -> Iterator[None]:
    yield
    races.everybody_else_has_gone()


@pytest.fixture
def earner() -> UUID:
    """In the black at any price: a fee may be as high as a reward, not as high as two."""
    task, worker, at = uuid7(), uuid7(), days_ago(1)
    done = [completed(task, worker, at), completed(uuid7(), worker, at)]
    deliver("billing", [assigned(task, worker, at), *done])
    return worker


@pytest.fixture
def debtor() -> UUID:
    """In the red since yesterday, and charged again today."""
    worker = uuid7()
    deliver("billing", [assigned(uuid7(), worker, days_ago(days)) for days in (1, 0)])
    return worker


def begun() -> None:
    closing._begin(yesterday())


def paid() -> None:
    begun()
    closing.pay_out(yesterday())


@pytest.mark.parametrize(
    ("before", "lock"),
    [
        pytest.param(lambda: None, BARRIER, id="at the barrier"),
        pytest.param(begun, BALANCES, id="in the payout"),
        pytest.param(begun, TELLING, id="before the payout is committed"),
        pytest.param(begun, DAY, id="between payout and seal"),
        pytest.param(paid, NEXT_BALANCES, id="in the carry-over"),
        pytest.param(paid, TELLING, id="before the seal is committed"),
    ],
)
def test_a_closer_may_be_killed_anywhere(
    before: Any, lock: str, earner: UUID, debtor: UUID
) -> None:
    earned, owed = balance_cents(earner), balance_cents(debtor)
    before()
    with races.holding(lock), races.command("close_days") as closer:
        races.somebody_waits()
        races.kill(closer)
    races.everybody_else_has_gone()
    assert not BusinessDay.objects.get(pk=yesterday()).is_closed
    assert differences() == []
    assert closing.close_finished_days() == [yesterday()]
    assert differences() == []
    assert (balance_cents(earner), balance_cents(debtor)) == (0, owed)
    assert list(Payout.objects.values_list("amount_cents", flat=True)) == [earned]
    assert (races.told("billing.payout_made"), races.told("billing.day_closed")) == (1, 1)


def test_posters_in_flight_stay_in_the_day_and_later_ones_come_after_it() -> None:
    deliver("billing", [assigned(uuid7(), uuid7(), days_ago(1))])
    in_flight, later = (
        assigned(uuid7(), uuid7(), days_ago(1)),
        assigned(uuid7(), uuid7(), days_ago(1)),
    )
    with races.meanwhile() as meanwhile:
        with transaction.atomic():
            deliver("billing", [in_flight])
            closer = meanwhile(closing.close, yesterday(), None)
            races.somebody_waits()
            poster = meanwhile(deliver, "billing", [later])
            races.wait_for(lambda: races.waiting() == 2, "the later poster waits for the closer")
        assert closer.result().is_closed
        assert len(poster.result().applied) == 1
    days = dict(Entry.objects.values_list("event_id", "day"))
    assert days[UUID(in_flight["event_id"])] == yesterday()
    assert days[UUID(later["event_id"])] == today()
    assert differences() == []


def test_two_closers_close_once(earner: UUID, debtor: UUID) -> None:
    with races.meanwhile() as meanwhile:
        with races.holding(BARRIER):
            closers = [meanwhile(closing.close_finished_days) for _ in range(2)]
            races.wait_for(lambda: races.waiting() == 2, "both wait")
        assert [closer.result() for closer in closers] == [[yesterday()], [yesterday()]]
    assert (races.told("billing.payout_made"), races.told("billing.day_closed")) == (1, 1)
    assert Payout.objects.count() == 1
    assert differences() == []


def test_a_closer_who_is_overtaken_between_two_steps_is_content(earner: UUID) -> None:
    with races.meanwhile() as meanwhile:
        begun()
        with races.holding(DAY):
            slow = meanwhile(closing._seal, yesterday(), None)
            races.somebody_waits()
            closing.pay_out(yesterday())
            fast = meanwhile(closing.close, yesterday(), None)
            races.wait_for(lambda: races.waiting() == 2, "both want to seal")
        assert slow.result().seal == fast.result().seal
    assert races.told("billing.day_closed") == 1


def test_an_old_snapshot_books_nothing() -> None:
    """It would still see a day as open that has closed since."""
    deliver("billing", [assigned(uuid7(), uuid7(), days_ago(1))])
    with psycopg.connect(races.database_url()) as session:
        session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        session.execute("SELECT count(*) FROM billing_app_entry")
        closing.close_finished_days()
        with pytest.raises(psycopg.errors.InvalidTransactionState):
            session.execute(
                f"""INSERT INTO billing_app_entry
                      (account_id, amount_cents, day, kind, source_id, occurred_at)
                    SELECT account_id, -1500, {YESTERDAY}, 1, gen_random_uuid(), now()
                      FROM billing_app_entry LIMIT 1"""
            )


@pytest.mark.parametrize("seed", range(2))
def test_many_posters_and_closers_at_once_lose_and_double_nothing(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311
    people = [uuid7() for _ in range(6)]
    facts = [
        make(task, draw.choice(people), days_ago(draw.randrange(5)))
        for task in [uuid7() for _ in range(150)]
        for make in (assigned, completed)
    ]
    told = [*facts, *draw.sample(facts, 60)]
    draw.shuffle(told)
    batches = [told[start : start + 12] for start in range(0, len(told), 12)]
    deliver("billing", [assigned(uuid7(), people[0], days_ago(5))])
    with races.meanwhile() as meanwhile:
        work = [meanwhile(deliver, "billing", batch) for batch in batches[:10]]
        for start in range(10, len(batches), 5):
            work += [meanwhile(closing.close_finished_days) for _ in range(2)]
            work += [meanwhile(deliver, "billing", batch) for batch in batches[start : start + 5]]
        for done in work:
            done.result()
    closing.close_finished_days()
    assert Entry.objects.exclude(kind=3).count() == len(facts) + 1
    per_kind = Counter(Entry.objects.values_list("kind", flat=True))
    assert (per_kind[1], per_kind[2]) == (len(facts) // 2 + 1, len(facts) // 2)
    assert differences() == []
    assert sum(balance_cents(person) for person in people) == sum(
        Entry.objects.values_list("amount_cents", flat=True)
    )


@pytest.mark.usefixtures("earner")
def test_a_closer_that_posters_hold_up_for_too_long_changes_nothing_and_says_so() -> None:
    posting = races.holding("SELECT pg_advisory_xact_lock_shared(7201)")
    with connection.cursor() as cursor, posting:
        cursor.execute("SET lock_timeout = '100ms'")
        try:
            with pytest.raises(closing.Busy):
                closing.close(yesterday(), by=None)
        finally:
            cursor.execute("RESET lock_timeout")
    assert BusinessDay.objects.get(pk=yesterday()).status == "open"
    assert closing.close(yesterday(), by=None).is_closed


@pytest.mark.parametrize("question", range(1, 10))
def test_whoever_reads_while_a_day_is_sealed_misses_nothing(
    question: int, earner: UUID, debtor: UUID
) -> None:
    """It is sealed just before a report asks its first question, its second, and so on."""
    paid()
    owed, sums = balance_cents(debtor), totals(trial_balance(yesterday(), today()))
    sealing, asked = closing._seal, []
    with races.meanwhile() as meanwhile:

        def seal_first(ask: Any, *question_and_more: Any) -> Any:
            asked.append(question_and_more[0])
            if len(asked) == question:
                meanwhile(sealing, yesterday(), None).result()
            return ask(*question_and_more)

        with connection.execute_wrapper(seal_first):
            found = totals(trial_balance(yesterday(), today()))
            read = statement(debtor, today())
    assert found == sums
    assert (read.opening_cents, read.closing_cents) == (owed - charged_today(debtor), owed)


def charged_today(worker: UUID) -> int:
    entry = Entry.objects.get(account__public_id=worker, occurred_at__date=today())
    return int(entry.amount_cents)
