"""The tracker as it was before the change request: its table takes any title (E2)."""

from collections.abc import Iterable

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tasks_app.models import Task

OPEN = "0031_words"
CLOSED = "0033_people_by_words"


def migrate(name: str) -> None:
    """Bring the tracker's tables to a migration; also inside the transaction of a test."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what is pending would hold the table
    MigrationExecutor(connection).migrate([("tasks_app", name)])


def create(titles: Iterable[str]) -> list[Task]:
    """Tasks as people typed them then; the table has to be open."""
    tasks = [Task(title=title) for title in titles]
    Task.create_all(tasks)
    return tasks
