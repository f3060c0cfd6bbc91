"""`manage.py close_days`: pay out and seal every business day that is over."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing_app.closing import close_finished_days
from billing_app.refusing import Refused


class Command(BaseCommand):
    help = "Close every business day that is over, oldest first."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            days = close_finished_days()
        except Refused as error:
            raise CommandError(f"the ledger refuses to close {error}") from error
        for day in days:
            self.stdout.write(f"closed {day}")
        if not days:
            self.stdout.write("nothing to close")
