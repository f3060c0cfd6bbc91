"""`manage.py reconcile`: prove the ledger; exit status 1 on any difference."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing_app.models import Reconciliation
from billing_app.reconciling import reconcile


class Command(BaseCommand):
    help = "Prove that the ledger is whole; --verbosity 2 lists the differences."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="only this business day")

    def handle(self, *args: Any, **options: Any) -> None:
        run = reconcile(Reconciliation.Why.PERSON, day=options["day"])
        for key, name, count in run.claims:
            verdict = f"{count} differences" if count else "ok"
            self.stdout.write(f"{verdict:>15}  {name}")
            if options["verbosity"] > 1:
                self._list(run, key)
        if not run.ok:
            raise CommandError(f"the ledger contradicts itself: {run.count} differences")

    def _list(self, run: Reconciliation, key: str) -> None:
        for difference in run.differences.filter(claim=key).select_related("account"):
            self.stdout.write(f"{'':17}{difference.what}")
