"""Closing a day (B4, B6): every positive balance paid out, every debt carried, nothing else."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from billing_app import closing
from billing_app.locks import TELLING_THE_PAST
from billing_app.models import BusinessDay, Cycle, Entry, Payout
from billing_app.proofs import prove
from billing_app.reports import balance_cents, company_day, statement
from messaging.business_day import today
from messaging.inbox import deliver
from tests.billing_app import races
from tests.billing_app.facts import assigned, completed, days_ago
from tests.delivery import published

pytestmark = pytest.mark.django_db


def yesterday() -> date:
    return today() - timedelta(days=1)


def earner(days: float = 1) -> UUID:
    """In the black at any price: a fee may be as high as a reward, not as high as two."""
    task, worker = uuid7(), uuid7()
    at = days_ago(days)
    done = [completed(task, worker, at), completed(uuid7(), worker, at)]
    deliver("billing", [assigned(task, worker, at), *done])
    return worker


def debtor(days: float = 1) -> UUID:
    worker = uuid7()
    deliver("billing", [assigned(uuid7(), worker, days_ago(days))])
    return worker


def test_it_pays_out_a_positive_balance_and_leaves_zero() -> None:
    worker = earner()
    earned = balance_cents(worker)
    closing.close(yesterday(), by=None)
    assert Payout.objects.get().amount_cents == earned
    assert balance_cents(worker) == 0


def test_it_carries_a_debt_over_and_pays_nothing() -> None:
    worker = debtor()
    debt = balance_cents(worker)
    closing.close(yesterday(), by=None)
    assert balance_cents(worker) == debt < 0
    assert statement(worker, today()).opening_cents == debt
    assert not Payout.objects.exists()


def test_a_reward_pays_a_carried_debt_off_first() -> None:
    worker = debtor(days=2)
    debt = balance_cents(worker)
    closing.close(today() - timedelta(days=2), by=None)
    task = uuid7()
    deliver("billing", [completed(task, worker, days_ago(1))])
    reward = Entry.objects.get(kind=2).amount_cents
    closing.close(yesterday(), by=None)
    assert Payout.objects.get().amount_cents == reward + debt


def test_closing_twice_closes_once() -> None:
    earner()
    first = closing.close(yesterday(), by=None)
    second = closing.close(yesterday(), by=None)
    assert first.seal == second.seal
    assert Payout.objects.count() == len(published("billing.payout_made")) == 1


@pytest.mark.parametrize("died_after", ["begin", "payout"])
def test_it_goes_on_where_a_dead_closer_stopped(died_after: str) -> None:
    worker = earner()
    closing._begin(yesterday())
    if died_after == "payout":
        closing.pay_out(yesterday())
    assert closing.close_finished_days() == [yesterday()]
    assert balance_cents(worker) == 0
    assert Payout.objects.count() == 1


def test_it_goes_on_with_today_if_somebody_began_to_close_it_early() -> None:
    worker = earner(days=0)
    closing._begin(today())
    assert today() in closing.close_finished_days()
    assert balance_cents(worker) == 0


def test_it_does_not_close_a_day_that_is_not_over() -> None:
    earner(days=0)
    with pytest.raises(closing.NotOver):
        closing.close(today(), by=None)


def test_it_does_not_close_a_day_before_the_earlier_ones() -> None:
    earner(days=2)
    with pytest.raises(closing.NotInOrder):
        closing.close(yesterday(), by=None)


def test_it_catches_up_after_a_week_of_absence() -> None:
    worker = debtor(days=7)
    days = closing.close_finished_days()
    assert days == [today() - timedelta(days=n) for n in range(7, 0, -1)]
    assert statement(worker, today()).opening_cents == balance_cents(worker)


def test_a_late_event_is_booked_on_the_oldest_open_day_and_says_so() -> None:
    debtor()
    closing.close(yesterday(), by=None)
    deliver("billing", [assigned(uuid7(), uuid7(), days_ago(1))])
    late = Entry.objects.latest("id")
    assert late.day == today()
    assert late.is_late


def test_it_freezes_the_totals_of_the_day() -> None:
    earner()
    debtor()
    live = company_day(yesterday())
    closing.close(yesterday(), by=None)
    closed = company_day(yesterday())
    assert live
    assert closed
    assert (closed.fees_cents, closed.rewards_cents) == (live.fees_cents, live.rewards_cents)
    assert closed.earned_cents == closed.fees_cents - closed.rewards_cents
    assert len(closed.digest) == 64


def test_it_tells_of_the_day_and_its_payouts() -> None:
    earner()
    closing.close(yesterday(), by=None)
    told = published("billing.day_closed")[0]
    assert told["day"] == yesterday().isoformat()
    assert told["payouts_cents"] == published("billing.payout_made")[0]["amount_cents"]


def test_the_ledger_is_proved_after_a_close() -> None:
    for _ in range(5):
        earner()
        debtor()
    closing.close_finished_days()
    assert [check.name for check in prove() if not check.ok] == []


def test_an_account_without_movement_keeps_its_debt_through_quiet_days() -> None:
    worker = debtor(days=5)
    closing.close_finished_days()
    assert Cycle.objects.filter(account__public_id=worker).count() == 6
    assert BusinessDay.objects.filter(status="closed").count() == 5
    assert balance_cents(worker) < 0


def test_the_schedule_closes_nothing_while_somebody_tells_the_past() -> None:
    debtor()
    with races.holding(f"SELECT pg_advisory_xact_lock({TELLING_THE_PAST})"):
        assert closing.close_when_due() == []
    assert closing.close_when_due() == [yesterday()]
