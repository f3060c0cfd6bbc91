"""`manage.py replay_dead_letters`: apply parked events again, here and now."""

from argparse import ArgumentParser
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from kombu.exceptions import OperationalError as BrokerError

from messaging import jobs
from messaging.models import DeadLetter, DeadLetters


class Command(BaseCommand):
    help = "Replay parked dead letters: all, or those that match."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--consumer", default="", help="the service that could not apply them")
        parser.add_argument("--name", default="", help="the event, as tasks.task_created")
        parser.add_argument("--error", default="", help="the kind of error, as InvalidEvent")
        parser.add_argument("--id", default="", help="one letter, by the id in its page's address")

    def handle(self, *args: Any, **options: Any) -> None:
        pairs = list(chosen(options).order_by("consumer", "pk").values_list("consumer", "pk"))
        if options["id"] and not pairs:
            raise CommandError(f"There is no parked dead letter {options['id']}.")
        try:
            for consumer, group in groupby(pairs, key=itemgetter(0)):
                jobs.replay_dead_letters(consumer, [pk for _, pk in group])
        except (BrokerError, OSError) as error:
            raise CommandError(f"The producers could not be told: {error}") from error
        self.report([pk for _, pk in pairs])

    def report(self, ids: list[int]) -> None:
        parked = DeadLetter.objects.parked().filter(pk__in=ids).count()
        self.stdout.write(f"{len(ids) - parked} of {len(ids)} replayed.")
        if parked:
            raise CommandError(f"{parked} still can't be applied; see /events/dead-letters/.")


def chosen(options: dict[str, Any]) -> DeadLetters:
    rows = DeadLetter.objects.parked().matching(
        options["consumer"], options["name"], options["error"]
    )
    try:
        return rows.filter(public_id=options["id"]) if options["id"] else rows
    except ValidationError as error:
        raise CommandError(f"{options['id']} is no id.") from error
