"""The import of a file, from the start to the last charge; prices and charges included."""

import os
from time import perf_counter

from benchmarks import curves, machine
from benchmarks.measure import Claim, Figure, figure, say
from benchmarks.whole import System, arrived, running, value, wait
from tasks_app import importing, jobs, task_files
from tasks_app.models import Account

SIZES = [int(size) for size in os.environ.get("BENCH_IMPORTS", "1000,10000,100000").split(",")]
TIMES = int(os.environ.get("BENCH_IMPORT_TIMES", "3"))  # of the largest: each takes half a minute

# No price, no charge.
_CHARGED = "SELECT count(*) FROM billing_app_entry WHERE kind = 1 AND id > %s"
_LAST_ENTRY = "SELECT coalesce(max(id), 0) FROM billing_app_entry"


def measure(broker_url: str) -> tuple[list[Figure], list[Claim]]:
    if not Account.objects.eligible().exists():
        from benchmarks.company import Company

        Company()
    with running(broker_url) as system:
        arrived()
        for size in SIZES[:-1]:
            curves.note("import", size, imported(system, size))
        seconds = [imported(system, SIZES[-1]) for _ in range(TIMES)]
    whole = figure(f"import of {SIZES[-1]:,} lines: start to last charge", "s", seconds)
    curves.note("import", SIZES[-1], whole.median)
    claim = Claim("import: seconds to the last charge", whole.median, 30, at_least=False)
    return [whole], [claim]


def imported(system: System, lines: int) -> float:
    """Seconds until the task of every line has its price and its charge."""
    content = "\n".join(f"[BENCH-{n}] - Feed popug no. {n}" for n in range(1, lines + 1))
    cpu, last, began = system.cpu(), value(_LAST_ENTRY), perf_counter()
    run = importing.start(task_files.read(content.encode(), "bench.txt"), again=True)
    jobs.soon(jobs.import_tasks, run.pk)
    wait(lambda: value(_CHARGED, last) >= lines, every=0.5)
    took = perf_counter() - began
    used = {name: spent - cpu[name] for name, spent in system.cpu().items()}
    arrived()
    run.refresh_from_db()
    if (run.created, value(_CHARGED, last)) != (lines, lines):
        raise SystemExit("not every line became one task with one charge")
    say(f"  {lines:,} lines in {took:.1f} s, {machine.load()}")
    say("  CPU: " + ", ".join(f"{name} {spent:.1f} s" for name, spent in used.items()))
    return took
