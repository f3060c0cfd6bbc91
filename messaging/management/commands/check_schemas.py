"""`manage.py check_schemas`: are the contracts between the services whole, and may they change?"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging.catalogue import documents
from messaging.comparing import Step, step
from messaging.compatibility import Comparison, Finding, compare
from messaging.contracts import registry
from messaging.schema_checks import leftovers, lock, problems

INCOMPATIBLE = 3  # the exit status of a comparison that promises neither direction


class Command(BaseCommand):
    help = "Check event schemas, their examples, the registry, who tells and who handles what."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument(
            "--compare",
            nargs="+",
            metavar="EVENT OLD NEW | OLD.json NEW.json",
            help="say what is compatible between two versions of an event, or two files",
        )
        choice.add_argument(
            "--publish", action="store_true", help="lock new schema files: they never change again"
        )
        choice.add_argument(
            "--database",
            action="store_true",
            help="look for events that these contracts can't read any more, before a deployment",
        )
        parser.add_argument(
            "--without",
            nargs=2,
            metavar=("EVENT", "VERSION"),
            help="with --database: as if this version had left the registry already",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["without"] and not options["database"]:
            raise CommandError("--without goes with --database")
        if options["compare"]:
            self._compare(options["compare"])
        elif options["publish"]:
            self._publish()
        elif options["database"]:
            self._check(leftovers.problems(_without(options["without"])))
        else:
            self._check(_all())

    def _check(self, found: list[str]) -> None:
        for problem in found:
            self.stderr.write(problem)
        if found:
            raise CommandError(f"{len(found)} problems in the contracts")
        self.stdout.write(f"{len(registry())} events, all contracts whole")

    def _publish(self) -> None:
        expected = {lock.unpublished_problem(path) for path in lock.unpublished()}
        self._check_all_but(expected)
        for path in lock.publish():
            self.stdout.write(f"{path}: published")

    def _check_all_but(self, expected: set[str]) -> None:
        if found := [problem for problem in problems() if problem not in expected]:
            self._check(found)

    def _compare(self, asked: list[str]) -> None:
        if len(asked) == 3:
            found = _step(*asked)
            self._show(found.comparison)
            self._hurt(found)
            comparison = found.comparison
        elif len(asked) == 2:
            comparison = compare(*map(_schema, asked))
            self._show(comparison)
        else:
            raise CommandError("--compare takes an event and two versions, or two files")
        if not (comparison.is_backward or comparison.is_forward):
            raise CommandError("compatible in neither direction", returncode=INCOMPATIBLE)

    def _show(self, comparison: Comparison) -> None:
        self._direction("backward: the new can read the old", comparison.backward)
        self._direction("forward: the old can read the new", comparison.forward)

    def _direction(self, claim: str, findings: tuple[Finding, ...]) -> None:
        self.stdout.write(f"{claim}: {'no' if findings else 'yes'}")
        for finding in findings:
            self.stdout.write(f"  {finding}")
            self.stdout.write(f"    → {finding.advice}")

    def _hurt(self, found: Step) -> None:
        cure = "its upcast raises it" if found.is_raised else "raise it in event_schemas/upcasts.py"
        for consumer in found.hurt_by_old:
            self.stdout.write(f"{consumer} still takes version {found.old}: {cure}")
        for consumer in found.hurt_by_new:
            self.stdout.write(
                f"{consumer} does not take version {found.new}: upgrade it before anybody tells it"
            )
        if not (found.hurt_by_old or found.hurt_by_new):
            self.stdout.write("hurts nobody")


def _all() -> list[str]:
    return [*problems(), *documents.problems()]


def _without(asked: list[str] | None) -> list[leftovers.Kind]:
    if not asked:
        return []
    name, version = asked
    entry = registry().get(name, {"versions": []})
    if version not in map(str, entry["versions"]):
        raise CommandError(f"there is no version {version} of {name}")
    return [(name, int(version))]


def _step(name: str, old: str, new: str) -> Step:
    try:
        return step(name, int(old), int(new))
    except (KeyError, ValueError, FileNotFoundError) as error:
        raise CommandError(f"there are no versions {old} and {new} of {name}") from error


def _schema(path: str) -> Any:
    try:
        return json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from error
