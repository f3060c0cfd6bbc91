"""`manage.py new_signing_key`: the next value of JWT_PRIVATE_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from auth_app import signing
from supervisor import state


class Command(BaseCommand):
    help = (
        "Print JWT_PRIVATE_KEYS with one more key, which signs once everybody knows it; the older "
        "ones get an end. With --keep, write it where a local aTES reads it."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--keep", action="store_true", help="write it into var/, for local use")

    def handle(self, *args: Any, **options: Any) -> None:
        keys = signing.configured()
        value = signing.write(
            signing.rotated(keys, timezone.now()) if keys else [signing.new_key()]
        )
        if options["keep"]:
            state.write_private(state.var_dir() / state.SIGNING_KEYS, value)
        else:
            self.stdout.write(value)
