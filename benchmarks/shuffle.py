"""The shuffle of many tasks among many people: from the click to the last charge, while somebody
reads the list of tasks."""

import os
import statistics
import threading
from time import perf_counter

from django.db import connection

from auth_app.models import User
from benchmarks import curves, machine
from benchmarks.measure import RUNS, Claim, Figure, figure, say
from benchmarks.whole import Browser, System, arrived, running, value, wait
from demo.bulk.loading import Size, load
from demo.people import PASSWORD
from tasks_app.models import Task

SIZES = [int(size) for size in os.environ.get("BENCH_SHUFFLES", "1000,10000,100000").split(",")]
PEOPLE = int(os.environ.get("BENCH_SHUFFLE_PEOPLE", "10000"))
READ_EVERY = 0.5  # seconds; somebody who looks at the list all the time

_ENTRIES = "SELECT count(*) FROM billing_app_entry WHERE id > %s AND kind = 1"
_LAST_ENTRY = "SELECT coalesce(max(id), 0) FROM billing_app_entry"
_RUNNING = "SELECT count(*) FROM tasks_app_shufflerun WHERE status = 'running'"


def measure(broker_url: str) -> tuple[list[Figure], list[Claim]]:
    manager = User.objects.register("manager@bench.example", "M", PASSWORD, role="manager")
    load(Size(SIZES[0], PEOPLE, entries=SIZES[0], events=0, days=1), lambda _: None)
    with running(broker_url) as system:
        for size in SIZES:
            say(f"{size:,} open tasks, {PEOPLE:,} people …")
            grow_to(size)
            runs = RUNS if size == SIZES[-1] else 1
            shuffles = [Shuffle(system, manager, size) for _ in range(runs)]
            charged = figure(
                f"shuffle of {size:,}: click to last charge", "s", [one.charged for one in shuffles]
            )
            curves.note("shuffle", size, charged.median)
    name = f"shuffle of {SIZES[-1]:,}"
    drawn = figure(f"{name}: click to last draw", "s", [one.drawn for one in shuffles])
    everywhere = figure(
        f"{name}: click to last acknowledgement", "s", [one.arrived for one in shuffles]
    )
    cpu = figure(f"{name}: CPU spent until the last charge", "s", [one.cpu for one in shuffles])
    pages = figure(f"{name}: the list meanwhile, 95 of 100", "s", [one.p95 for one in shuffles])
    memory = figure(f"{name}: the largest process", "MB", [one.megabytes for one in shuffles])
    return [drawn, charged, everywhere, cpu, pages, memory], [
        Claim("shuffle: seconds to the last charge", charged.median, 10, at_least=False),
        Claim("shuffle: seconds for the list meanwhile, 95 of 100", pages.median, 0.3, False),
        Claim("shuffle: MB of the largest process", memory.high, 300, at_least=False),
    ]


def grow_to(size: int) -> None:
    """So many open tasks, known everywhere."""
    missing = size - Task.objects.open().count()
    for first in range(0, missing, 1_000):
        count = min(1_000, missing - first)
        Task.create_all([Task(title=f"Feed popug no. {first + n}") for n in range(count)])
    arrived()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


class Shuffle:
    """One press of the button, and what it took; seconds."""

    def __init__(self, system: System, manager: User, tasks: int) -> None:
        self.reader = Reader(Browser(system.port, manager))
        memory = machine.Memory(system.pids())
        last, cpu = value(_LAST_ENTRY), system.cpu()
        for watcher in (self.reader, memory):
            watcher.start()
        began = perf_counter()
        Browser(system.port, manager).press("/tasks/shuffle/")
        wait(lambda: not value(_RUNNING))
        self.drawn = perf_counter() - began
        wait(lambda: value(_ENTRIES, last) >= tasks, every=0.5)
        self.charged = perf_counter() - began
        used = {name: spent - cpu[name] for name, spent in system.cpu().items()}
        self.cpu = sum(used.values())
        self.p95 = self.reader.end()
        arrived()
        self.arrived = perf_counter() - began
        most = memory.end()
        self.megabytes = max(most.values())
        if value(_ENTRIES, last) != tasks:
            raise SystemExit("not every task was charged once")
        self._tell(used, most)

    def _tell(self, used: dict[str, float], most: dict[str, float]) -> None:
        spent = ", ".join(f"{name} {spent:.1f} s" for name, spent in used.items())
        say(f"  drawn {self.drawn:.1f} s, charged {self.charged:.1f} s, {machine.load()}")
        say(f"  CPU: {spent}")
        say("  memory: " + ", ".join(f"{name} {held:.0f} MB" for name, held in most.items()))


class Reader(threading.Thread):
    """Opens the list of tasks again and again."""

    def __init__(self, browser: Browser) -> None:
        super().__init__(daemon=True)
        self.browser, self.over = browser, threading.Event()
        self.times: list[float] = []

    def run(self) -> None:
        while not self.over.wait(READ_EVERY):
            began = perf_counter()
            self.browser.get("/tasks/")
            self.times.append(perf_counter() - began)

    def end(self) -> float:
        """Seconds that 95 of 100 pages did not exceed."""
        self.over.set()
        self.join()
        return statistics.quantiles(self.times, n=20)[18]
