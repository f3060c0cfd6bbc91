"""`manage.py import_tasks FILE`: a file of tasks, in this process; kill it and it can go on."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from tasks_app import importing, task_files
from tasks_app.models import NobodyToAssign
from tasks_app.runs import ImportRun


class Command(BaseCommand):
    help = "Import a file of tasks: text, a task a line, or CSV (title, jira_id, description)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--again", action="store_true", help="though it has been imported")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = self._start(options["file"], again=options["again"])
            self._finish(run)
        except OperationalError as error:
            raise CommandError(f"the database does not answer: {error}".strip()) from error
        self._report(run)

    def _start(self, path: Path, again: bool) -> ImportRun:
        try:
            file = task_files.read(path.read_bytes(), path.name)
            return importing.start(file, again=again)
        except OSError as error:
            raise CommandError(f"{path} can't be read: {error.strerror}") from error
        except task_files.Unreadable as error:
            raise CommandError(f"{path} can't be imported: {error}") from error
        except importing.AlreadyImported as error:
            raise CommandError(f"{path} was {error}; --again imports it once more") from error
        except NobodyToAssign as error:
            raise CommandError("there is nobody who could get tasks") from error

    def _finish(self, run: ImportRun) -> None:
        while run.is_running:
            importing.go_on(run.pk, seconds=1)
            self._show_progress(run)
        self.stdout.write()

    def _show_progress(self, run: ImportRun) -> None:
        known = run.done
        run.refresh_from_db(fields=["status", "failure", "done", "created", "rejected"])
        self.stdout.write(f"\r{run.done} of {run.total} lines", ending="")
        self.stdout.flush()
        if run.done == known and run.is_running:
            time.sleep(0.2)  # a worker has taken it over

    def _report(self, run: ImportRun) -> None:
        if not run.is_completed:
            raise CommandError(f"the import is {run.status}: {run.get_failure_display()}")
        self.stdout.write(f"{run.created} tasks created, {run.rejected} lines rejected")
        for line in run.rejected_lines.all():
            self.stdout.write(f"line {line.number}: {line.get_reason_display()} {line.text}")
