"""Posting: every assignment charged, every completion rewarded, each exactly once (B2, B3)."""

import pytest
from uuid_utils.compat import uuid7

from billing_app.models import Account, Cycle, Entry, Kind, Price, Task
from billing_app.reports import balance_cents
from messaging.inbox import deliver
from messaging.models import DeadLetter
from tests.billing_app.facts import assigned, completed, created, days_ago
from tests.delivery import published

pytestmark = pytest.mark.django_db


def test_it_charges_the_fee_of_the_task_at_an_assignment() -> None:
    task, worker = uuid7(), uuid7()
    deliver("billing", [created(task), assigned(task, worker)])
    assert balance_cents(worker) == -Price.objects.get(pk=task).fee_cents


def test_it_credits_the_reward_at_a_completion() -> None:
    task, worker = uuid7(), uuid7()
    deliver("billing", [assigned(task, worker), completed(task, worker)])
    price = Price.objects.get(pk=task)
    assert balance_cents(worker) == price.reward_cents - price.fee_cents


def test_it_books_an_event_once_however_often_it_comes() -> None:
    fact = assigned(uuid7(), uuid7())
    deliver("billing", [fact, fact])
    deliver("billing", [fact])
    assert Entry.objects.count() == 1


def test_it_books_an_assignment_once_even_if_two_events_tell_of_it() -> None:
    task, worker, assignment = uuid7(), uuid7(), uuid7()
    deliver("billing", [assigned(task, worker, assignment=assignment)])
    deliver("billing", [assigned(task, worker, assignment=assignment)])
    assert Entry.objects.count() == 1


def test_it_parks_an_event_that_contradicts_what_is_booked() -> None:
    task, assignment = uuid7(), uuid7()
    deliver("billing", [assigned(task, uuid7(), assignment=assignment)])
    deliver("billing", [assigned(task, uuid7(), assignment=assignment)])
    assert DeadLetter.objects.get().error_kind == "Impossible"
    assert Entry.objects.count() == 1


def test_the_culprit_of_a_batch_stands_alone() -> None:
    task, assignment = uuid7(), uuid7()
    deliver("billing", [assigned(task, uuid7(), assignment=assignment)])
    good = [assigned(uuid7(), uuid7()) for _ in range(9)]
    bad = assigned(task, uuid7(), assignment=assignment)
    outcome = deliver("billing", [*good[:5], bad, *good[5:]])
    assert (len(outcome.applied), len(outcome.parked)) == (9, 1)
    assert Entry.objects.count() == 10


def test_a_task_keeps_its_price_whichever_event_comes_first() -> None:
    task, worker = uuid7(), uuid7()
    deliver("billing", [completed(task, worker)])
    price = Price.objects.get(pk=task)
    deliver("billing", [assigned(task, worker), created(task)])
    assert Price.objects.get(pk=task) == price
    assert published("billing.task_priced") == [
        {
            "task_id": str(task),
            "fee_cents": price.fee_cents,
            "reward_cents": price.reward_cents,
        }
    ]


def test_prices_are_whole_dollars_within_their_bounds_both_ends_included() -> None:
    deliver("billing", [created(uuid7()) for _ in range(1000)])
    fees = set(Price.objects.values_list("fee_cents", flat=True))
    rewards = set(Price.objects.values_list("reward_cents", flat=True))
    assert fees == set(range(1000, 2001, 100))
    assert rewards == set(range(2000, 4001, 100))


def test_it_opens_an_account_for_whoever_the_tracker_names() -> None:
    worker = uuid7()
    deliver("billing", [assigned(uuid7(), worker)])
    assert Account.objects.get(public_id=worker).version == 0


def test_it_remembers_what_a_task_is_called() -> None:
    task = uuid7()
    deliver("billing", [created(task, "Polish the perch")])
    assert Task.objects.get(pk=task).title == "Polish the perch"


def test_it_books_on_the_day_on_which_it_happened() -> None:
    worker, at = uuid7(), days_ago(3)
    deliver("billing", [assigned(uuid7(), worker, at)])
    assert Entry.objects.get().day == at.date()
    assert Cycle.objects.get().day_id == at.date()


def test_it_parks_an_event_from_the_future() -> None:
    deliver("billing", [assigned(uuid7(), uuid7(), days_ago(-3))])
    assert "future" in DeadLetter.objects.get().error
    assert not Entry.objects.exists()


def test_it_tells_of_every_entry() -> None:
    task, worker = uuid7(), uuid7()
    deliver("billing", [assigned(task, worker), completed(task, worker)])
    told = published("billing.entry_posted")
    assert {row["kind"] for row in told} == {"fee", "reward"}
    assert sum(row["amount_cents"] for row in told) == balance_cents(worker)


def test_an_entry_names_the_event_that_led_to_it() -> None:
    fact = assigned(uuid7(), uuid7())
    deliver("billing", [fact])
    assert str(Entry.objects.get().event_id) == fact["event_id"]
    assert Entry.objects.get().kind == Kind.FEE
