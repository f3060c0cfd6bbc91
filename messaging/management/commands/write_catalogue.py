"""`manage.py write_catalogue`: writes what is generated from the contracts."""

from typing import Any

from django.core.management.base import BaseCommand

from messaging.catalogue.documents import documents


class Command(BaseCommand):
    help = "Write docs/asyncapi.json and docs/events.md from the schemas and the registry."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        for path, content in documents().items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
            self.stdout.write(f"docs/{path.name} written")
