"""`manage.py split_titles`: take the Jira keys out of titles of old (E2)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from tasks_app import splitting
from tasks_app.splitting import Change

SHOWN = 10


class Command(BaseCommand):
    help = "Split titles of old into title and Jira key; without --write, say what would be done."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--write", action="store_true", help="do it, in portions")
        what.add_argument("--undo", action="store_true", help="give split titles back as they were")
        parser.add_argument("--list", action="store_true", help="name every change, not only some")

    def handle(self, *args: Any, **options: Any) -> None:
        shown = None if options["list"] else SHOWN
        if options["undo"]:
            self._do(self._undone(), "titles given back")
        elif options["write"]:
            self._do(splitting.split(), "titles split")
        else:
            self._preview(shown)

    def _preview(self, shown: int | None) -> None:
        found: Counter[bool] = Counter()
        for change in splitting.plan():
            if shown is None or found.total() < shown:
                self.stdout.write(f"{change.before!r} → {change.jira_id or '–'} | {change.title}")
            found[bool(change.jira_id)] += 1
        self.stdout.write(
            f"{found.total()} titles to split: {found[True]} with a key, {found[False]} only lose "
            "their brackets. Nothing was written; --write does it."
        )

    def _do(self, portions: Iterator[Sequence[Change]], what: str) -> None:
        done = 0
        for portion in portions:
            done += len(portion)
            self.stdout.write(f"{done} {what}")
        if not done:
            self.stdout.write("Nothing to do.")

    def _undone(self) -> Iterator[Sequence[Change]]:
        try:
            yield from splitting.undo()
        except IntegrityError as error:
            raise CommandError(
                "the database refuses brackets in titles; open it first: migrate tasks_app 0031"
            ) from error
