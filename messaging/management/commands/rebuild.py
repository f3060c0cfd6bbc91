"""`manage.py rebuild SERVICE`: make a read model anew from the event log; killed, it goes on."""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from messaging import contracts, rebuilding
from messaging.models import Rebuild

SAY_EVERY_SECONDS = 2.0


class Command(BaseCommand):
    help = "Empty a read model and apply the event log to it again, while everything goes on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("service")

    def handle(self, *args: Any, **options: Any) -> None:
        service = options["service"]
        try:
            rebuild = rebuilding.start(service)
            self._report_start(rebuild)
            self._finish(rebuild)
        except rebuilding.NotRebuildable as error:
            raise CommandError(why_not(service)) from error
        except rebuilding.LogIsIncomplete as error:
            raise CommandError(
                f"{service} can't be rebuilt from the event log: {error}."
            ) from error
        except rebuilding.Busy as error:
            raise CommandError(f"{service} is busy, or another process rebuilds it.") from error
        except DatabaseError as error:
            raise CommandError(f"interrupted, run it again to go on: {error}".strip()) from error

    def _report_start(self, rebuild: Rebuild) -> None:
        verb = "goes on at" if rebuild.cursor else "begins with"
        self.stdout.write(f"{rebuild.consumer} {verb} {rebuild.done:,} of {rebuild.total:,} events")

    def _finish(self, rebuild: Rebuild) -> None:
        self.began, self.said, self.before = monotonic(), monotonic(), rebuild.done
        while not rebuilding.go_on(rebuild, say=self._say):
            pass
        seconds = monotonic() - self.began
        self.stdout.write(
            f"{rebuild.consumer} is rebuilt: {rebuild.done:,} events, {seconds:.1f} s"
        )
        if rebuild.returned:
            self.stdout.write(f"{rebuild.returned:,} of them will be delivered again, one by one.")

    def _say(self, rebuild: Rebuild) -> None:
        if monotonic() - self.said < SAY_EVERY_SECONDS:
            return
        self.said = monotonic()
        speed = (rebuild.done - self.before) / (self.said - self.began)
        self.stdout.write(f"{rebuild.done:,} of {rebuild.total:,}, {speed:,.0f} events a second")


def why_not(service: str) -> str:
    if service not in contracts.consumers() and service not in contracts.producers():
        return f"There is no service {service}."
    return (
        f"{service} can't be rebuilt: it keeps more than events tell, and applying them again "
        "would have effects. Only analytics is made of events alone."
    )
