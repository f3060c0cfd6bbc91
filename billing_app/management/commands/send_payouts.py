"""`manage.py send_payouts`: send the payout notices that are due."""

from typing import Any

from django.core.management.base import BaseCommand

from billing_app.payouts import send_due_notices


class Command(BaseCommand):
    help = "Send the payout notices that are due."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"sent {send_due_notices()}")
