"""`manage.py openapi`: the document of the API as a file, so that a change of it is seen."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import HttpRequest
from django.urls import resolve, reverse

FILE = Path("docs/openapi.json")


class Command(BaseCommand):
    help = "Write the API's document to docs/openapi.json; with --check, say whether it is true."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        request = HttpRequest()
        request.method = "GET"
        served = resolve(reverse("openapi")).func(request).content.decode() + "\n"
        file = Path(settings.BASE_DIR) / FILE
        if not options["check"]:
            file.write_text(served)
        elif not file.exists() or file.read_text() != served:
            raise CommandError(f"{FILE} is out of date: run `manage.py openapi` and look at it.")
