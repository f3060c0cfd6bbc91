"""`manage.py send_payouts`: send the payout notices that are due."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing_app import payouts


class Command(BaseCommand):
    help = "Send the payout notices that are due. Fails when some are not sent."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"sent {payouts.send_due_notices()}")
        if unsent := payouts.unsent():
            raise CommandError(f"{unsent} are not sent; see /billing/payouts/?state=failed.")
