"""People and priced tasks that the benchmarks of delivery tell of."""

from datetime import UTC, datetime

from django.db import transaction
from uuid_utils.compat import uuid7

from messaging.outbox import Fact, publish

PEOPLE, TASKS = 500, 5_000


class Company:
    """People and priced tasks, known to every service by events alone."""

    def __init__(self) -> None:
        self.people = [str(uuid7()) for _ in range(PEOPLE)]
        self.tasks = [str(uuid7()) for _ in range(TASKS)]
        now = datetime.now(UTC)
        with transaction.atomic():
            publish(Fact("auth.account_created", 1, account(who), now) for who in self.people)
            publish(Fact("tasks.task_created", 2, task(what), now) for what in self.tasks)

    def assignments(self, count: int) -> list[Fact]:
        now = datetime.now(UTC)
        return [Fact("tasks.task_assigned", 1, self._assignment(n), now) for n in range(count)]

    def _assignment(self, n: int) -> dict[str, object]:
        return {
            "assignment_id": str(uuid7()),
            "task_id": self.tasks[n % TASKS],
            "account_id": self.people[n % PEOPLE],
            "shuffle_id": None,
            "version": 2,
        }


def account(public_id: str) -> dict[str, object]:
    return {
        "account_id": public_id,
        "name": "Popug",
        "email": f"{public_id}@popug.example",
        "role": "worker",
        "is_active": True,
        "language": "en",
        "version": 1,
    }


def task(public_id: str) -> dict[str, object]:
    return {
        "task_id": public_id,
        "title": "Feed the relay",
        "jira_id": None,
        "created_by": None,
        "version": 1,
    }
