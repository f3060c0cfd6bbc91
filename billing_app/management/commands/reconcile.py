"""`manage.py reconcile`: prove the ledger; exit status 1 on any difference."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing_app.proofs import prove


class Command(BaseCommand):
    help = "Prove that the ledger is whole."

    def handle(self, *args: Any, **options: Any) -> None:
        checks = prove()
        for check in checks:
            verdict = "ok" if check.ok else f"{check.differences} differences"
            self.stdout.write(f"{verdict:>15}  {check.name}")
        if not all(check.ok for check in checks):
            raise CommandError("the ledger contradicts itself")
