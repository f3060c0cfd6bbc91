"""Starts everything: `make run` ends here."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from supervisor import state
from supervisor.state import PROJECT
from supervisor.system import System
from supervisor.terminal import Terminal


class Command(BaseCommand):
    help = "Starts PostgreSQL, Valkey and every process of a Procfile; Ctrl-C stops them all."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--procfile", type=Path, default=PROJECT / "Procfile.dev")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with state.only_one():
                System(Terminal(), options["procfile"]).run()
        except state.CannotStart as reason:
            sys.exit(f"aTES cannot start: {reason}")
