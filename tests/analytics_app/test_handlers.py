"""What each event does to the read models, alone and in any order."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings

from analytics_app.handlers import SUBSCRIPTIONS
from analytics_app.models import Account, DayTotal, Task
from messaging import contracts, inbox
from messaging.models import DeadLetter
from tests.analytics_app import events
from tests.analytics_app.events import DAY, NOON, called, hear

pytestmark = pytest.mark.django_db


def test_it_subscribes_to_the_newest_version_of_all_that_is_meant_for_it() -> None:
    meant = {
        (name, max(entry["versions"]))
        for name, entry in contracts.registry().items()
        if "analytics" in entry["consumers"]
    }
    assert set(SUBSCRIPTIONS) == meant


def test_it_knows_a_person_from_their_first_event() -> None:
    hear(events.account("Polly", role="manager"))
    polly = Account.objects.get(pk=called("Polly"))
    assert (polly.name, polly.role, polly.is_active, polly.version) == ("Polly", "manager", True, 1)


def test_it_keeps_the_newest_state_of_a_person() -> None:
    hear(events.account("Polly", 3, is_active=False))
    hear(events.account("Polly", 2, role="manager"), events.account("Polly", 1))
    polly = Account.objects.get(pk=called("Polly"))
    assert (polly.version, polly.role, polly.is_active) == (3, "worker", False)


def test_it_keeps_the_balance_of_somebody_it_hears_of_later() -> None:
    hear(events.entry("fee", -1500))
    hear(events.account("Polly"))
    assert Account.objects.get().balance_cents == -1500
    assert Account.objects.get().name == "Polly"


def test_it_names_a_task() -> None:
    hear(events.task_created("Feed the cat", jira_id="POP-7"))
    task = Task.objects.get(pk=called("Feed the cat"))
    assert (task.title, task.jira_id, task.completed_at) == ("Feed the cat", "POP-7", None)


def test_it_names_a_task_of_the_first_version() -> None:
    data = {"task_id": called("old"), "title": "[POP-7] Feed [the] cat", "created_by": None}
    hear(events.envelope("tasks.task_created", data))
    assert str(Task.objects.get()) == "POP-7 Feed (the) cat"


def test_it_completes_a_task_before_it_knows_its_name_and_price() -> None:
    hear(events.task_completed("Feed the cat"))
    hear(events.task_priced("Feed the cat", 3100), events.task_created("Feed the cat"))
    task = Task.objects.get()
    assert (task.title, task.reward_cents) == ("Feed the cat", 3100)
    assert (task.completed_at, task.completed_day) == (NOON, DAY)
    assert task.completed_by == UUID(called("Polly"))


def test_it_counts_assignments_completions_shuffles_and_payouts() -> None:
    assigned = [events.task_assigned("a", "Polly"), events.task_assigned("b", "Polly")]
    hear(*assigned, events.task_completed("a"), events.shuffle_completed(2))
    hear(events.payout_made(1600), events.task_assigned("b", "Coco"))
    total = DayTotal.objects.get(pk=DAY)
    counts = (total.assignments, total.completions, total.shuffles, total.payouts)
    assert counts == (3, 1, 1, 1)


def test_it_adds_entries_up_by_day_and_by_person() -> None:
    hear(
        events.entry("fee", -1500), events.entry("reward", 3100), events.entry("fee", -1000, "Coco")
    )
    hear(events.entry("adjustment", 200), events.entry("payout", -1800))
    total = DayTotal.objects.get(pk=DAY)
    assert (total.fees_cents, total.rewards_cents, total.earned_cents) == (2500, 3100, -600)
    assert (total.adjusted_cents, total.paid_out_cents) == (200, 1800)
    assert Account.objects.get(pk=called("Polly")).balance_cents == 0
    assert Account.objects.get(pk=called("Coco")).balance_cents == -1000


def test_it_takes_a_reversed_charge_off_the_fees() -> None:
    hear(events.entry("fee", -1500), events.entry("fee", 1500))
    assert DayTotal.objects.get().earned_cents == 0


def test_it_books_money_in_the_day_that_billing_says() -> None:
    hear(events.entry("fee", -1500, day=DAY + timedelta(days=1)))
    assert DayTotal.objects.get().day == DAY + timedelta(days=1)


def test_it_remembers_when_a_day_was_closed() -> None:
    hear(events.day_closed())
    assert DayTotal.objects.get(pk=DAY).closed_at == NOON + timedelta(days=1)


def test_it_counts_in_the_business_day_not_in_that_of_greenwich(settings: Settings) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Moscow"
    late = datetime(2026, 3, 10, 21, 30, tzinfo=UTC)
    hear(events.task_completed("a", at=late), events.task_assigned("a", "Polly", at=late))
    assert Task.objects.get().completed_day == date(2026, 3, 11)
    assert DayTotal.objects.get().day == date(2026, 3, 11)


def test_it_applies_an_event_once() -> None:
    fee = events.entry("fee", -1500)
    hear(fee, fee)
    hear(fee)
    assert Account.objects.get().balance_cents == -1500


def test_it_parks_a_malformed_event_and_applies_the_others() -> None:
    broken = events.entry("fee", -1500)
    del broken["data"]["day"]
    outcome = inbox.deliver("analytics", [broken, events.entry("fee", -1000)])
    assert [len(outcome.applied), len(outcome.parked)] == [1, 1]
    assert DayTotal.objects.get().fees_cents == 1000
    assert DeadLetter.objects.get().consumer == "analytics"
