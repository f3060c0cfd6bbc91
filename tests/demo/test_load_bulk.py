"""`manage.py load_bulk`: a large company is as sound as one that has lived."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from billing_app.models import Entry, Payout
from billing_app.proofs import prove
from messaging import contracts
from messaging.models import OutboxDelivery, OutboxEvent, PrunedEvents
from tasks_app.models import Assignment, Task
from tests import canonical
from tests.delivery import deliver_everything

pytestmark = pytest.mark.django_db(transaction=True)  # it ends with VACUUM

SIZE = {"tasks": 60, "people": 12, "entries": 180, "events": 10_000, "days": 9}


def load(**size: int) -> None:
    call_command("load_bulk", **(SIZE | size), stdout=StringIO())


def test_it_is_as_large_as_wished_and_the_ledger_is_proved() -> None:
    load()
    assert (Task.objects.count(), Task.objects.open().count()) == (60, 6)
    assert Assignment.objects.count() == Entry.objects.filter(kind=1).count() == 126
    assert Entry.objects.filter(kind=2).count() == 54
    assert Entry.objects.filter(kind=3).count() == Payout.objects.filter(state="sent").count() > 0
    deliver_everything()
    assert [check.key for check in prove() if not check.ok] == []


def test_its_events_keep_their_contracts_and_tell_the_same_story() -> None:
    load()
    deliver_everything()
    for event in OutboxEvent.objects.all():
        contracts.check(event.as_event().envelope())
    told = canonical.analytics()
    call_command("rebuild", "analytics", stdout=StringIO())
    assert canonical.analytics() == told


def test_the_oldest_events_are_left_out_as_if_they_had_been_pruned() -> None:
    load()
    whole = OutboxEvent.objects.exclude(event_name="tasks.day_counted").count()
    call_command("flush", interactive=False, verbosity=0)
    load(events=200)
    assert OutboxEvent.objects.exclude(event_name="tasks.day_counted").count() == 200
    pruned = sum(PrunedEvents.objects.values_list("count", flat=True))
    assert abs(200 + pruned - whole) <= Payout.objects.count() * 2 + 20  # payouts follow the prices
    assert OutboxDelivery.objects.filter(state="acked").exists()


def test_it_begins_with_an_empty_company_only() -> None:
    load()
    with pytest.raises(CommandError, match="already"):
        load()


def test_every_task_has_a_charge() -> None:
    with pytest.raises(CommandError, match="charged"):
        load(entries=59)


def test_it_is_not_for_production(settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        load()
