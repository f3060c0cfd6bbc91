"""`manage.py event_versions`: which versions of events are in use, and may an old one go?"""

import json
from argparse import ArgumentParser
from dataclasses import asdict, astuple
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging import contracts, versions_in_use
from messaging.retiring import obstacles
from messaging.versions_in_use import Reader, Version

NO_SUCH = 2  # the exit status of a question about nothing


class Command(BaseCommand):
    help = (
        "Show per event and version how many were told, and per consumer how many were applied, "
        "in the last hour, day and week; and what is on its way, parked or waiting."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--event", help="only this one, such as tasks.task_created")
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument(
            "--can-retire",
            nargs=2,
            metavar=("EVENT", "VERSION"),
            help="exit status 0 if nobody tells or reads it any more, 1 if somebody does",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["can_retire"]:
            self._judge(*options["can_retire"])
        elif options["json"]:
            found = [asdict(version) for version in chosen(options["event"])]
            self.stdout.write(json.dumps(found, indent=2, default=str))
        else:
            self._show(chosen(options["event"]))

    def _judge(self, name: str, number: str) -> None:
        family = chosen(name)
        version = next((found for found in family if str(found.version) == number), None)
        if version is None:
            raise CommandError(f"{name} has no version {number}", returncode=NO_SUCH)
        if reasons := obstacles(version, family):
            raise CommandError(f"{name} version {number} can't go. {' '.join(reasons)}")
        self.stdout.write(f"{name} version {number} can go: nobody tells or reads it.")

    def _show(self, versions: list[Version]) -> None:
        self.stdout.write(f"{'':36}{HEADINGS}")
        for version in versions:
            self.stdout.write(f"{version.name + ' ' + str(version.version):<36}{told(version)}")
            for reader in version.readers:
                self.stdout.write(f"{'  ' + who(reader):<36}{read(reader)}")
            if not version.is_newest:
                self.stdout.write(f"  {verdict(version, versions)}")


def chosen(name: str | None) -> list[Version]:
    if not name:
        return versions_in_use.all_versions()
    if name not in contracts.registry():
        raise CommandError(f"there is no event {name}", returncode=NO_SUCH)
    return versions_in_use.versions_of(name)


def verdict(version: Version, versions: list[Version]) -> str:
    family = [other for other in versions if other.name == version.name]
    return f"can't go: {' '.join(why)}" if (why := obstacles(version, family)) else "can go"


def who(reader: Reader) -> str:
    return (
        reader.consumer + {True: "", False: " can't read it", None: " (elsewhere)"}[reader.can_read]
    )


def told(version: Version) -> str:
    return row(*astuple(version.told))


def read(reader: Reader) -> str:
    return row(*astuple(reader.applied), reader.open, reader.parked, reader.waiting)


def row(*cells: object) -> str:
    return "".join(f"{cell:>10}" for cell in cells)


HEADINGS = row("last hour", "last day", "last week", "open", "parked", "waiting")
