"""Any life of the ledger, on real PostgreSQL, against a reference of thirty lines (E3, B3 to B6).

Tasks are told of, shuffled, completed; the news comes late, twice, in another order or contradicts
itself; days are closed, closers crash. After every step the ledger is what the reference says.
`LEDGER_EXAMPLES=2000 pytest tests/billing_app/test_ledger_machine.py` looks longer.
"""

import os
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from uuid_utils.compat import uuid7

from billing_app import closing
from billing_app.models import Cycle, Debt, Entry, Payout, Price
from billing_app.proofs import prove
from messaging.business_day import today
from messaging.inbox import deliver
from messaging.models import DeadLetter
from tests.billing_app.facts import Envelope, assigned, completed, created
from tests.billing_app.reference import Books

pytestmark = pytest.mark.django_db

DAYS = 5
PEOPLE = [uuid7() for _ in range(4)]
people = st.sampled_from(PEOPLE)
ages = st.integers(0, DAYS)


class Crash(Exception):
    """The closer dies while it tells what it has done; its transaction is rolled back."""


class Lives(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        with connection.cursor() as cursor:
            cursor.execute("SELECT setseed(0.5)")  # a life lived again has the same prices
        self.books = Books(today() - timedelta(days=DAYS))
        self.tasks: dict[UUID, UUID] = {}
        self.wire: list[Envelope] = []
        self.delivered: list[Envelope] = []
        self.impossible = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    # --- the tracker tells ---------------------------------------------------------------------

    @initialize()
    def begin_the_calendar(self) -> None:
        self.receive([assigned(uuid7(), PEOPLE[0], noon(DAYS))])

    @rule(person=people, age=ages)
    def create(self, person: UUID, age: int) -> None:
        task = uuid7()
        self.tasks[task] = person
        self.wire += [created(task, at=noon(age)), assigned(task, person, noon(age))]

    @precondition(lambda self: self.tasks)
    @rule(draw=st.randoms(use_true_random=False), age=ages)
    def shuffle(self, draw: Any, age: int) -> None:
        for task in self.tasks:
            self.tasks[task] = draw.choice(PEOPLE)
            self.wire.append(assigned(task, self.tasks[task], noon(age)))

    @precondition(lambda self: self.tasks)
    @rule(which=st.integers(0), age=ages)
    def complete(self, which: int, age: int) -> None:
        task = list(self.tasks)[which % len(self.tasks)]
        self.wire.append(completed(task, self.tasks.pop(task), noon(age)))

    # --- the news comes ------------------------------------------------------------------------

    @precondition(lambda self: self.wire)
    @rule(draw=st.randoms(use_true_random=False), count=st.integers(1, 12), twice=st.booleans())
    def arrive(self, draw: Any, count: int, twice: bool) -> None:
        """In any order, some of it twice."""
        draw.shuffle(self.wire)
        batch, self.wire = self.wire[:count], self.wire[count:]
        self.receive(batch + batch[:3] if twice else batch)

    @precondition(lambda self: self.delivered)
    @rule(again=st.booleans())
    def replay(self, again: bool) -> None:
        """All of it once more, as the same events or as others that tell of the same."""
        facts = [fact | {"event_id": str(uuid7())} for fact in self.delivered]
        self.receive(self.delivered if again else facts)

    @precondition(lambda self: self.delivered)
    @rule(which=st.integers(0))
    def contradict(self, which: int) -> None:
        fact = self.delivered[which % len(self.delivered)]
        if fact["event_name"] != "tasks.task_created":
            liar = fact | {"event_id": str(uuid7())}
            deliver("billing", [liar | {"data": fact["data"] | {"account_id": str(uuid7())}}])
            self.impossible += 1

    @rule(person=people)
    def come_from_the_future(self, person: UUID) -> None:
        deliver("billing", [assigned(uuid7(), person, noon(-3))])
        self.impossible += 1

    # --- days close ----------------------------------------------------------------------------

    @precondition(lambda self: self.books.day < today())
    @rule()
    def close(self) -> None:
        self.begin()
        assert closing.close(self.books.day, by=None).is_closed
        self.books.seal()

    @precondition(lambda self: self.books.day < today())
    @rule(died=st.sampled_from(["begun", "paid some", "telling the payout", "telling the seal"]))
    def crash(self, died: str) -> None:
        """Whoever closes next goes on where this one died."""
        self.begin()
        closing._begin(self.books.day)
        if died == "paid some":
            with patch.object(closing, "PORTION", 1):
                closing._pay_portion(self.books.day)
        if died == "telling the seal":
            closing.pay_out(self.books.day)
        if died.startswith("telling"):
            with patch.object(closing, "publish", side_effect=Crash), pytest.raises(Crash):
                closing.close(self.books.day, by=None)

    # --- what holds after every step -----------------------------------------------------------

    @invariant()
    def the_ledger_is_proved(self) -> None:
        assert [check.name for check in prove() if not check.ok] == []

    @invariant()
    def payouts_are_the_positive_balances(self) -> None:
        paid = {
            (payout.day, payout.account.public_id): payout.amount_cents
            for payout in Payout.objects.select_related("account")
        }
        so_far = self.books.day if self.books.closing else date.max
        assert paid.items() <= self.books.due.items()
        assert all(day == so_far for day, _ in self.books.due.keys() - paid.keys())

    @invariant()
    def balances_are_what_was_moved_and_not_paid(self) -> None:
        moved = Counter(self.books.debts)
        for day, moves in self.books.moves.items():
            if day >= self.books.day:
                moved.update(moves)
        paid_now = Payout.objects.filter(day=self.books.day).select_related("account")
        moved.subtract({row.account.public_id: row.amount_cents for row in paid_now})
        assert unclosed(self.books.day) == {who: cents for who, cents in moved.items() if cents}
        red = dict(Debt.objects.values_list("account__public_id", "balance_cents"))
        assert red == {who: cents for who, cents in moved.items() if cents < 0}

    @invariant()
    def debts_are_carried(self) -> None:
        opened = Cycle.objects.filter(day_id=self.books.day).exclude(opening_cents=0)
        assert self.books.debts == dict(opened.values_list("account__public_id", "opening_cents"))

    @invariant()
    def every_fact_is_booked_once(self) -> None:
        assert Entry.objects.exclude(kind=3).count() == len(self.books.booked)
        assert DeadLetter.objects.count() == self.impossible

    # --- both at once --------------------------------------------------------------------------

    def receive(self, batch: list[Envelope]) -> None:
        deliver("billing", batch)
        self.delivered += [fact for fact in batch if fact not in self.delivered]
        for fact in batch:
            if fact["event_name"] != "tasks.task_created":
                self.books.book(*movement(fact))

    def begin(self) -> None:
        if not self.books.closing:
            self.books.begin()


def noon(days_ago: int) -> datetime:
    return datetime.combine(today() - timedelta(days=days_ago), time(12), UTC)


def movement(fact: Envelope) -> tuple[str, UUID, date, int]:
    data, price = fact["data"], Price.objects.get(pk=fact["data"]["task_id"])
    is_fee = fact["event_name"] == "tasks.task_assigned"
    source = data["assignment_id" if is_fee else "completion_id"]
    cents = -price.fee_cents if is_fee else price.reward_cents
    day = datetime.fromisoformat(fact["event_time"]).date()
    return source, UUID(data["account_id"]), day, cents


def unclosed(first: date) -> dict[UUID, int]:
    """The balances, as accounts see them."""
    rows = Cycle.objects.filter(day_id__gte=first).values_list("account__public_id")
    return {who: cents for who, cents in rows.annotate(Sum("closing_cents")) if cents}


def test_any_life_of_the_ledger_is_what_the_reference_says() -> None:
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=int(os.environ.get("LEDGER_EXAMPLES", "20")),
            stateful_step_count=20,
            deadline=None,
            print_blob=True,
            phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
