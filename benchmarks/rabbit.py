"""RabbitMQ in the broker's place: how fast, and what is left when processes and broker are killed.

Only when asked for (`python -m benchmarks rabbit`), for RabbitMQ is not installed by us:
`BENCH_RABBIT_URL` says where it is, `BENCH_RABBIT_KILL` is a command that kills it and starts it
anew.
"""

import os
import random
import shlex
import signal
import subprocess
import time
from collections.abc import Sequence
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from benchmarks.company import Company
from benchmarks.delivery import arrived, delivered, nobody_but_billing, running
from benchmarks.measure import Claim, Figure, figure, repeated, say
from messaging.outbox import publish
from supervisor.processes import Process

URL = os.environ.get("BENCH_RABBIT_URL", "")
KILL = os.environ.get("BENCH_RABBIT_KILL", "")
KILLS = int(os.environ.get("BENCH_KILLS", "20"))
PORTION = 200
SEED = int(os.environ.get("SEED", "1"))

_TOLD = "SELECT count(*) FROM outbox_event WHERE event_name = 'tasks.task_assigned'"
_BOOKED = "SELECT count(*) FROM billing_app_entry WHERE kind = 1"
_LETTERS = "SELECT consumer, event_name, error FROM dead_letter"


def measure(redis_url: str) -> tuple[list[Figure], list[Claim]]:
    with running(redis_url, CELERY_BROKER_URL=URL, RETRY_SECONDS="2:10") as processes:
        company = Company()
        arrived()
        with nobody_but_billing():
            delivered(company)
            speed = figure("events over RabbitMQ", "events/s", repeated(lambda: delivered(company)))
        kill(processes, company)
        arrived()
    call_command("reconcile")
    told, booked, parked = rows(_TOLD)[0][0], rows(_BOOKED)[0][0], len(rows(_LETTERS))
    say(f"{KILLS} kills, seed {SEED}: {told:,} told, {booked:,} booked, {parked} parked")
    for consumer, name, error in rows(_LETTERS):
        say(f"parked by {consumer}: {name}: {error}")
    missing = Claim("told and not booked, or booked and not told", abs(told - booked), 0, False)
    return [speed], [missing, Claim("dead letters", parked, 0, at_least=False)]


def kill(processes: Sequence[Process], company: Company) -> None:
    chance = random.Random(SEED)  # noqa: S311
    for number in range(KILLS):
        with transaction.atomic():
            publish(company.assignments(PORTION))
        time.sleep(chance.uniform(0.2, 2))
        if KILL and number % 5 == 4:
            say("the broker dies")
            subprocess.run(shlex.split(KILL), check=True)
        else:
            victim = chance.choice(processes)
            say(f"{victim.name} dies")
            assert victim.popen
            os.kill(victim.popen.pid, signal.SIGKILL)
        for process in processes:
            if not process.alive:
                process.start()


def rows(query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())
