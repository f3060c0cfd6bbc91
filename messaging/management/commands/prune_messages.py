"""`manage.py prune_messages`: forget what is finished and older than the retention says."""

from typing import Any

from django.core.management.base import BaseCommand

from messaging.pruning import prune


class Command(BaseCommand):
    help = "Delete finished deliveries, and events if EVENT_RETENTION_DAYS says so; never others."

    def handle(self, *args: Any, **options: Any) -> None:
        for pruned in prune():
            self.stdout.write(
                f"{pruned.what} older than {pruned.days} days: {pruned.deleted:,} deleted"
            )
