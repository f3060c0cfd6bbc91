"""Every crash point of the product, found in its source, and the work that passes it."""

import ast
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.utils import timezone

from auth_app.models import User
from billing_app import closing
from billing_app import jobs as billing_jobs
from billing_app.models import BusinessDay, Payout
from config.celery import app
from messaging import operator_jobs, replay_runs
from messaging.context import acting
from messaging.models import DeadLetter, OutboxDelivery, ReplayRun
from supervisor.state import PROJECT
from supervisor.system import answers
from tasks_app import importing, shuffle, task_files
from tasks_app import jobs as tasks_jobs
from tasks_app.models import ImportRun, ShuffleRun, Task
from tests.faults import poison
from tests.faults.site import Unknown, Visitor
from tests.messaging.letters import parked
from tests.running import Running

PACKAGES = (
    "access",
    "analytics_app",
    "auth_app",
    "billing_app",
    "config",
    "messaging",
    "pages",
    "tasks_app",
)
LINES = 20
PORTIONS = 600  # lines that take an import more than one transaction
PASSWORD = "correct-horse-battery"
EMAIL = "kiki@popug.example"

# Up to the first `yield`: what must be there before. Then the process is started that will crash,
# and the work is brought. After the second, when it has crashed and was started again: the rest.
Scenario = Callable[[Running], Iterator[None]]


def crash_points() -> set[str]:
    """The names in all calls of `crash_point`."""
    return {
        name
        for package in PACKAGES
        for path in (PROJECT / package).rglob("*.py")
        for name in _names_in(path)
    }


def _names_in(path: Path) -> set[str]:
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("crash_point")
    ]
    return {ast.literal_eval(call.args[0]) for call in calls}


def hiring(system: Running) -> Iterator[None]:
    yield
    hire(system)
    yield


def an_impossible_event(system: Running) -> Iterator[None]:
    yield
    with psycopg.connect(system.environment["DATABASE_URL"]) as database:
        poison.publish(database, [str(uuid4())])
    yield


def closing_a_day(system: Running) -> Iterator[None]:
    work_yesterday(system)
    yield
    send(system, billing_jobs.close_days)
    yield
    send(system, billing_jobs.close_days)
    system.wait_until(BusinessDay.objects.filter(status="closed").exists, what="the day is closed")


def mailing_payouts(system: Running) -> Iterator[None]:
    """A letter may come twice after a crash; a lease is waited for, here by setting it back."""
    work_yesterday(system)
    closing.close_finished_days()
    yield
    send(system, billing_jobs.send_payouts)
    yield
    Payout.objects.exclude(state=Payout.State.SENT).update(lease_until=timezone.now())
    send(system, billing_jobs.send_payouts)
    unsent = Payout.objects.exclude(state=Payout.State.SENT)
    system.wait_until(lambda: not unsent.exists(), what="every notice is sent")


def importing_a_file(system: Running) -> Iterator[None]:
    somebody_works_here(system)
    yield
    run = _import(PORTIONS)
    send(system, tasks_jobs.import_tasks, run.pk)
    yield
    send(system, tasks_jobs.go_on_with_imports)
    running = ImportRun.objects.running()
    system.wait_until(lambda: not running.exists(), what="the import is over")
    assert Task.objects.count() == PORTIONS


def shuffling(system: Running) -> Iterator[None]:
    somebody_works_here(system)
    importing.go_on(_import().pk)
    system.settle()
    yield
    run = shuffle.start(by=None)
    send(system, tasks_jobs.shuffle, run.pk)
    yield
    send(system, tasks_jobs.go_on_with_shuffles)
    running = ShuffleRun.objects.running()
    system.wait_until(lambda: not running.exists(), what="the shuffle is over")
    assert run.assignments.count() == LINES


def replaying_a_letter(system: Running) -> Iterator[None]:
    """A run that was left alone is taken up after a while, and whoever has not heard of it asks
    after another; here by setting both back."""
    system.kill("relay")
    letter = parked()
    system.start("relay")
    yield
    run = replay_runs.start(DeadLetter.objects.all())
    assert run
    send(system, operator_jobs.replay_letters, run.pk, "tasks", queue="tasks.events")
    yield
    ReplayRun.objects.update(worked_at=timezone.now() - replay_runs.STALE * 2)
    send(system, operator_jobs.look_after, "tasks", queue="tasks.events")
    replayed = DeadLetter.objects.filter(pk=letter.pk, state=DeadLetter.State.REPLAYED)
    system.wait_until(replayed.exists, what="the letter is replayed")
    kept = OutboxDelivery.objects.filter(state=OutboxDelivery.State.PARKED)
    kept.update(next_attempt_at=timezone.now())
    system.wait_until(lambda: not kept.exists(), what="the producer knows")


def posting_a_task(system: Running) -> Iterator[None]:
    """As a person does who gets no answer, and sends the form once more."""
    yield from _posting(system, "/tasks/new/", title="Only once", jira_id="", description="")
    assert Task.objects.filter(title="Only once").count() == 1


def pressing_shuffle(system: Running) -> Iterator[None]:
    yield from _posting(system, "/tasks/shuffle/")
    assert ShuffleRun.objects.count() == 1
    send(system, tasks_jobs.go_on_with_shuffles)
    running = ShuffleRun.objects.running()
    system.wait_until(lambda: not running.exists(), what="the shuffle is over")


def _posting(system: Running, path: str, **given: str) -> Iterator[None]:
    mona = User.objects.register("mona@popug.example", "Mona", PASSWORD, role="manager")
    mona.vouch_for_email()
    somebody_works_here(system)
    importing.go_on(_import().pk)
    visitor = Visitor(("127.0.0.1", system.port), "mona", PASSWORD)
    assert visitor.sign_in()
    form = visitor.form(path) | given
    yield
    system.wait_until(lambda: answers(system.port), what="web answers")
    with pytest.raises(Unknown):
        visitor.post(path, form)
    yield
    system.wait_until(lambda: answers(system.port), what="web answers")
    assert visitor.post(path, form).went_on


def send(system: Running, job: Any, *args: object, queue: str = "") -> None:
    """To the system's broker: a test process has one of its own."""
    queue = queue or f"{job.name.split('_app.')[0]}.jobs"
    with app.connection_for_write(system.environment["REDIS_URL"]) as broker:
        job.apply_async(args=[str(arg) for arg in args], queue=queue, connection=broker)


def hire(system: Running) -> None:
    User.objects.register(EMAIL, "Kiki", PASSWORD, role="worker")


def somebody_works_here(system: Running) -> None:
    hire(system)
    system.settle()


def work_yesterday(system: Running) -> None:
    somebody_works_here(system)
    at = datetime.now(UTC) - timedelta(days=1)
    with acting():
        for number in range(6):
            task = Task.create(title=f"Task {number}", at=at)
            task.complete(task.assignee_id, at=at)
    system.settle()


def _import(count: int = LINES) -> ImportRun:
    lines = "\n".join(f"Task {number}" for number in range(count))
    return importing.start(task_files.read(lines.encode(), "tasks.txt"))


# Where each point lies, and the work that passes it.
CRASHES: dict[str, tuple[str, Scenario]] = {
    "relay.after_claim": ("relay", hiring),
    "relay.between_batches": ("relay", hiring),
    "relay.after_publish": ("relay", hiring),
    "inbox.after_lease": ("worker-analytics", hiring),
    "inbox.before_handlers": ("worker-analytics", hiring),
    "inbox.after_handlers": ("worker-tasks", hiring),
    "inbox.after_commit": ("worker-billing", hiring),
    "inbox.after_park": ("worker-billing", an_impossible_event),
    "ack.before_settle": ("worker-auth", hiring),
    "ack.after_settle": ("worker-auth", hiring),
    "replay.after_begin": ("worker-tasks", replaying_a_letter),
    "replay.after_letter": ("worker-tasks", replaying_a_letter),
    "outbox.before_commit": ("web", posting_a_task),
    "web.before_response": ("web", posting_a_task),
    "run.before_job_is_sent": ("web", pressing_shuffle),
    "import.before_batch_commits": ("worker-tasks-jobs", importing_a_file),
    "import.after_batch": ("worker-tasks-jobs", importing_a_file),
    "shuffle.before_batch_commits": ("worker-tasks-jobs", shuffling),
    "shuffle.after_batch": ("worker-tasks-jobs", shuffling),
    "closing.after_barrier": ("worker-billing-jobs", closing_a_day),
    "closing.before_portion_commits": ("worker-billing-jobs", closing_a_day),
    "closing.after_portion": ("worker-billing-jobs", closing_a_day),
    "closing.before_seal": ("worker-billing-jobs", closing_a_day),
    "closing.before_seal_commits": ("worker-billing-jobs", closing_a_day),
    "closing.after_seal": ("worker-billing-jobs", closing_a_day),
    "payouts.after_claim": ("worker-billing-jobs", mailing_payouts),
    "payouts.before_send": ("worker-billing-jobs", mailing_payouts),
    "payouts.after_send": ("worker-billing-jobs", mailing_payouts),
}
