"""The change request lived through (docs/migrations/jira-id.md): thousands of real titles go from
version 1 to version 2 and back at every step, while people work; and nobody loses a dollar."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging import retiring
from messaging.retiring import QUIET, obstacles
from messaging.versions_in_use import versions_of
from tasks_app import splitting
from tests.conftest import Hire
from tests.event_schemas.rehearsal import NAME, Company
from tests.tasks_app import old_tracker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def company(hire: Hire, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    for name in ("Ara", "Cacatua", "Eclectus", "Lori", "Nestor"):
        hire(name)
    monkeypatch.setattr(splitting, "BATCH", 900)
    monkeypatch.setattr(retiring, "today", lambda: date(2999, 1, 1))  # past all promises
    company = Company(settings, monkeypatch)
    old_tracker.migrate(old_tracker.OPEN)
    company.begin()
    yield company
    list(splitting.split())
    old_tracker.migrate(old_tracker.CLOSED)


def a_week_later() -> list[str]:
    """What is in the way of ending version 1 after a week in which nobody told it."""
    family = versions_of(NAME, timezone.now() + QUIET + timedelta(seconds=1))
    return obstacles(family[0], family)


def split_at_work(company: Company) -> None:
    for _ in splitting.split():
        company.work()


def undo_at_work(company: Company) -> None:
    for _ in splitting.undo():
        company.work()


def test_every_step_and_the_way_back_from_it(company: Company) -> None:
    take(
        company,
        lambda: company.tell(1, 2),
        lambda: company.tell(1),
        lambda: company.tell(1, 2),
        lambda: split_at_work(company),
        lambda: undo_at_work(company),
        company.shuffle,
        lambda: split_at_work(company),
        lambda: company.tell(2),
        lambda: company.tell(1, 2),
        lambda: company.tell(2),
    )
    assert a_week_later() == [f"{len(company.letters)} are dead letters of billing."]
    take(
        company,
        company.replay_all,
        lambda: old_tracker.migrate(old_tracker.CLOSED),
        lambda: old_tracker.migrate(old_tracker.OPEN),
        lambda: old_tracker.migrate(old_tracker.CLOSED),
    )
    assert not splitting.unsplit().exists()
    assert a_week_later() == []


def take(company: Company, *steps: Any) -> None:
    """Each with the events of the step before still in flight, and all proved after it."""
    for step in steps:
        company.work()
        step()
        company.work()
        company.prove()
