"""A manager shuffles a thousand open tasks: each is charged once, and the draw is fair."""

from collections import Counter
from uuid import UUID

import pytest
import redis
from playwright.sync_api import expect

from analytics_app.models import DayTotal
from auth_app.models import User
from billing_app.models import Entry, Kind
from billing_app.proofs import prove
from messaging.business_day import today
from messaging.models import DeadLetter
from tasks_app import importing, jobs, shuffle, task_files
from tasks_app.models import Assignment, ShuffleRun, Task
from tests.delivery import soon_again
from tests.journeys.conftest import Known, SignIn
from tests.running import Running

TASKS = 1_000
POPUGS = 10
# Chi-square with 9 degrees of freedom: a fair draw is worse than this once in a million runs.
UNLIKELY = 44.8


@pytest.fixture
def flock(system: Running) -> list[User]:
    """Ten popugs who can get tasks, known everywhere."""
    popugs = [
        User.objects.register(f"popug{number}@popug.example", f"Popug {number}", None)
        for number in range(POPUGS)
    ]
    system.settle()
    return popugs


@pytest.fixture
def thousand(flock: list[User], system: Running) -> None:
    """A thousand open tasks, charged to somebody of the flock."""
    file = task_files.read("\n".join(f"Task {n}" for n in range(TASKS)).encode(), "thousand.txt")
    importing.go_on(importing.start(file).pk)
    system.settle(timeout=60)
    assert Task.objects.open().count() == TASKS


def chi_square(counts: Counter[UUID], cells: int) -> float:
    expected = counts.total() / cells
    return sum((count - expected) ** 2 / expected for count in counts.values()) + expected * (
        cells - len(counts)
    )


def every_assignment_is_charged_once() -> bool:
    drawn = set(Assignment.objects.values_list("public_id", flat=True))
    charged = list(Entry.objects.filter(kind=1).values_list("source_id", flat=True))
    return len(charged) == len(drawn) and set(charged) == drawn


def the_sums_match() -> None:
    """To the cent: every draw is charged once, balances follow, analytics says the same."""
    drawn = set(Assignment.objects.values_list("public_id", flat=True))
    charged = list(Entry.objects.filter(kind=Kind.FEE).values_list("source_id", flat=True))
    assert len(charged) == len(drawn) == 2 * TASKS
    assert set(charged) == drawn
    assert [check.name for check in prove() if not check.ok] == []
    fees = -sum(Entry.objects.values_list("amount_cents", flat=True))
    assert DayTotal.objects.get(day=today()).fees_cents == fees
    assert not DeadLetter.objects.exists()


@pytest.mark.usefixtures("thousand")
def test_a_manager_shuffles_a_thousand_tasks(
    known: Known, sign_in: SignIn, system: Running
) -> None:
    page = sign_in(known("Mona Manager", "manager"))
    page.goto(f"{system.url}/tasks/")
    page.get_by_role("link", name="Assign tasks").click()
    expect(page.get_by_text("Open tasks")).to_be_visible()
    page.get_by_role("button", name="Assign tasks").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text("1000 tasks were assigned anew")).to_be_visible(timeout=60_000)
    system.settle(timeout=60)
    the_sums_match()
    holders = Counter(Task.objects.values_list("assignee_id", flat=True))
    assert chi_square(holders, POPUGS) < UNLIKELY


@pytest.mark.usefixtures("thousand")
def test_two_relays_the_broker_flushed_and_a_worker_killed_in_the_middle(system: Running) -> None:
    system.start("relay-2", like="relay")
    run = shuffle.start(by=None)
    soon_again()
    shuffle.go_on(run.pk)
    broker = redis.Redis.from_url(system.environment["REDIS_URL"])
    system.wait_until(lambda: Entry.objects.count() > TASKS, what="charging has begun")
    system.kill("worker-billing")
    broker.flushdb()
    system.start("worker-billing")
    soon_again()
    system.settle(timeout=90)
    the_sums_match()


@pytest.mark.usefixtures("thousand")
def test_a_worker_killed_in_the_middle_of_the_draw_is_taken_over(system: Running) -> None:
    run = shuffle.start(by=None)
    jobs.shuffle.apply_async(args=[str(run.pk)], queue="tasks.jobs")
    system.kill("worker-tasks-jobs")
    system.start("worker-tasks-jobs")
    system.start("beat")
    system.wait_until(lambda: not ShuffleRun.objects.running().exists(), what="the run is over")
    system.settle(timeout=90)
    the_sums_match()
