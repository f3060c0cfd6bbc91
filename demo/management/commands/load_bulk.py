"""`manage.py load_bulk`: fills an empty database with a large company, to measure on."""

from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.bulk.loading import Refused, Size, load


class Command(BaseCommand):
    help = "Fill an empty database with a large company and its history, for measuring."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tasks", type=int, default=1_000_000)
        parser.add_argument("--people", type=int, default=100_000)
        parser.add_argument("--entries", type=int, default=3_000_000, help="fees and rewards")
        parser.add_argument("--events", type=int, default=5_000_000, help="the newest are kept")
        parser.add_argument("--days", type=int, default=30, help="of history, today included")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Invented people and money do not belong into production.")
        sizes = ("tasks", "people", "entries", "events", "days")
        self.began = monotonic()
        try:
            load(Size(**{name: options[name] for name in sizes}), self.say)
        except Refused as error:
            raise CommandError(str(error)) from error
        self.say("done")

    def say(self, what: str) -> None:
        self.stdout.write(f"{monotonic() - self.began:7.1f} s  {what}")
