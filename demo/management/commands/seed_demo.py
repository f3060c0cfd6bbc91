"""`manage.py seed_demo`: the demo people; with `--week`, a lively week in the running system."""

import random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo import people, week


class Command(BaseCommand):
    help = "Make the demo people; with --week, fill the running system with a lively week."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--week", action="store_true", help="live through a week, too")
        parser.add_argument("--seed", type=int, default=None, help="the same week every time")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo people are only for demonstrations: set DEMO=1.")
        if hired := people.hire(people.PEOPLE):
            self.stdout.write(f"Demo people: {', '.join(hired)}")
        if options["week"]:
            self._live_through_a_week(random.Random(options["seed"]))  # noqa: S311

    def _live_through_a_week(self, rng: random.Random) -> None:
        try:
            week.live_through(self.stdout.write, rng)
        except week.NothingMoves as error:
            raise CommandError("Events do not arrive: is `make run` running?") from error
