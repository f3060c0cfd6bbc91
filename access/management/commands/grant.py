"""`manage.py grant ROLE`: give the application's database role what it needs and no more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access import duties


class Command(BaseCommand):
    help = "Give the application's database role its privileges; repeat after each migration."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            duties.grant(options["role"])
        except duties.UnknownRole as error:
            raise CommandError(
                f"There is no role {error}: CREATE ROLE {error} LOGIN PASSWORD '…'"
            ) from error
