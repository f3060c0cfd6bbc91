"""Starts everything: `make run` ends here."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from supervisor import state
from supervisor.system import System
from supervisor.terminal import Terminal


class Command(BaseCommand):
    help = "Starts PostgreSQL, Valkey and every process of Procfile.dev; Ctrl-C stops them all."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with state.only_one():
                System(Terminal()).run()
        except state.CannotStart as reason:
            sys.exit(f"aTES cannot start: {reason}")
