"""`manage.py check_schemas`: are the contracts between the services whole?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging.contracts import registry
from messaging.schema_checks import problems


class Command(BaseCommand):
    help = "Check event schemas, their examples, the registry and its handlers."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        found = problems()
        for problem in found:
            self.stderr.write(problem)
        if found:
            raise CommandError(f"{len(found)} problems in the contracts")
        self.stdout.write(f"{len(registry())} events, all contracts whole")
