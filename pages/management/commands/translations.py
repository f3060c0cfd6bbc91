"""Keep, check and compile the translations; see pages/translations.py."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pages import translations


class Command(BaseCommand):
    help = "Translations: --update the catalogues, --check that they are complete, --compile them."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--update", action="store_true", help="take new messages over")
        what.add_argument("--check", action="store_true", help="fail unless all is translated")
        what.add_argument("--compile", action="store_true", help="write what Django reads")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"]:
            self.check_all()
            return
        for language in translations.languages():
            if options["update"]:
                translations.update_catalogue(language)
            else:
                translations.compile_catalogue(language)

    def check_all(self) -> None:
        found = [
            complaint
            for language in translations.languages()
            for complaint in translations.complaints(language)
        ]
        for complaint in found:
            self.stderr.write(complaint)
        if found:
            raise CommandError(f"{len(found)} translations are not ready; begin with --update")
