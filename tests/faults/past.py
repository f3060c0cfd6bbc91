"""`python -m tests.faults.past DAYS SEED`: a company with a past, so that there are days to close.

Told through the product's own verbs; the days stay open.
"""

import os
import random
import sys
from datetime import UTC, datetime, time, timedelta

import django

TASKS_A_DAY = 8


def live(days: int, seed: str) -> None:
    from messaging.context import acting
    from tasks_app.models import Task

    rng = random.Random(f"{seed}:past")  # noqa: S311
    for ago in range(days, 0, -1):
        at = datetime.combine(datetime.now(UTC).date() - timedelta(days=ago), time(12), UTC)
        for number in range(TASKS_A_DAY):
            with acting():
                task = Task.create(title=f"Of {at.date()} {number}", at=at)
                if rng.random() < 0.6:
                    task.complete(task.assignee_id, at=at)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.faults.settings")
    django.setup()
    live(int(sys.argv[1]), sys.argv[2])
