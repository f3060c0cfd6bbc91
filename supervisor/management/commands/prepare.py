"""What must be done once before the processes start; one process for all of it, as each costs a
second to begin."""

import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrates, compiles the translations and, for a demonstration, makes its people."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, skip_checks=True)
        call_command("createcachetable", verbosity=0)
        call_command("translations", "--compile")
        if not settings.JWT_PRIVATE_KEYS:
            call_command("new_signing_key", "--keep")
        if role := os.environ.get("DATABASE_APP_ROLE"):
            call_command("grant", role)
        if settings.DEMO:
            call_command("seed_demo")
