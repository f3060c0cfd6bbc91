"""`manage.py replay_dead_letters`: apply parked events again, here and now."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from kombu.exceptions import OperationalError as BrokerError

from messaging import replay_runs
from messaging.models import DeadLetter, DeadLetters, ReplayRun
from messaging.operator_jobs import work_off


class Command(BaseCommand):
    help = (
        "Replay parked dead letters, all or those that match: one, then ten, then the rest. "
        "Stops when they fail again; every run is listed at /events/replays/."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--consumer", default="", help="the service that could not apply them")
        parser.add_argument("--name", default="", help="the event, as tasks.task_created")
        parser.add_argument("--error", default="", help="the kind of error, as InvalidEvent")
        parser.add_argument("--id", default="", help="one letter, by the id in its page's address")

    def handle(self, *args: Any, **options: Any) -> None:
        letters = chosen(options)
        if options["id"] and not letters.exists():
            raise CommandError(f"There is no parked dead letter {options['id']}.")
        run = replay_runs.start(letters, chosen=told(options))
        try:
            self.report(work(run) if run else None)
        except (BrokerError, OSError) as error:
            raise CommandError(f"The producers could not be told: {error}") from error

    def report(self, run: ReplayRun | None) -> None:
        replayed, total = (run.replayed, run.total) if run else (0, 0)
        self.stdout.write(f"{replayed} of {total} replayed.")
        if not run or run.replayed + run.skipped == run.total:
            return
        page = f"/events/replays/{run.pk}/"
        if run.is_over:
            raise CommandError(f"{run.failed} still can't be applied; see {page}.")
        why = run.get_stopped_for_display() or "Somebody paused it."
        raise CommandError(f"{why} {run.total - run.done} are left; see {page}.")


def work(run: ReplayRun) -> ReplayRun:
    """All of its consumers' letters, in this process; until it ends or somebody stops it."""
    while run.is_running:
        before = (run.consumer, run.done)
        work_off(run.pk, run.consumer)
        run.refresh_from_db()
        if (run.consumer, run.done) == before:
            break  # a worker is at it
    return run


def chosen(options: dict[str, Any]) -> DeadLetters:
    rows = DeadLetter.objects.parked().matching(
        options["consumer"], options["name"], options["error"]
    )
    try:
        return rows.filter(public_id=options["id"]) if options["id"] else rows
    except ValidationError as error:
        raise CommandError(f"{options['id']} is no id.") from error


def told(options: dict[str, Any]) -> str:
    """As in the list's address."""
    asked = {name: options[name] for name in ("consumer", "name", "error") if options[name]}
    if options["id"]:
        asked["text"] = options["id"]
    return "&".join(f"{name}={value}" for name, value in asked.items())
