"""`manage.py close_days`: pay out and seal every business day that is over."""

from typing import Any

from django.core.management.base import BaseCommand

from billing_app.closing import close_finished_days


class Command(BaseCommand):
    help = "Close every business day that is over, oldest first."

    def handle(self, *args: Any, **options: Any) -> None:
        days = close_finished_days()
        for day in days:
            self.stdout.write(f"closed {day}")
        if not days:
            self.stdout.write("nothing to close")
