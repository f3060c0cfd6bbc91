"""`python -m benchmarks`: a PostgreSQL of its own with fsync on, the benchmarks, the tables."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import Claim, Figure, report, say
from supervisor import state
from supervisor.postgres import Postgres
from supervisor.valkey import Valkey

SETTINGS = {"track_commit_timestamp": "on"}  # how long an event takes, by the commits themselves


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="ates-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        postgres = Postgres(folder / "postgres", folder / "log", "bench", lambda *_: None, SETTINGS)
        process = postgres.start()
        try:
            while not postgres.ready():
                if not process.alive:
                    raise SystemExit(postgres.log.read_text())
            with broker(folder) as broker_url:
                return run(postgres, broker_url)
        finally:
            process.stop()


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    valkey = Valkey(folder / "valkey", folder / "valkey.log", "bench", lambda *_: None, {})
    process = valkey.start()
    try:
        while not valkey.ready():
            if not process.alive:
                raise SystemExit(valkey.log.read_text())
        yield valkey.url
    finally:
        process.stop()


def run(postgres: Postgres, broker_url: str) -> int:
    os.environ |= {
        "DATABASE_URL": postgres.owner_url,
        "REDIS_URL": broker_url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ATES_LOCAL": "1",
        "DEMO": "1",  # nobody has to have a second factor
        "SECRET_KEY": "only-for-benchmarks-" + "x" * 40,
        "LOG_LEVEL": "WARNING",
    }
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks import (
        curves,
        delivery,
        importing,
        ledger,
        limits,
        pages,
        rabbit,
        shuffle,
        steps,
    )

    say("migrating …")
    call_command("migrate", verbosity=0)
    parts: dict[str, Callable[[], tuple[list[Figure], list[Claim]]]] = {
        "delivery": lambda: delivery.measure(broker_url),
        "limits": lambda: limits.measure(postgres.owner_url, broker_url),
        "steps": steps.measure,
        "ledger": lambda: ledger.measure(postgres.owner_url),
        "shuffle": lambda: shuffle.measure(broker_url),
        "importing": lambda: importing.measure(broker_url),
        "pages": pages.measure,
    }
    figures: list[Figure] = []
    claims: list[Claim] = []
    on_demand = {"rabbit": lambda: rabbit.measure(broker_url)}
    for name in sys.argv[1:] or parts:
        more_figures, more_claims = (parts | on_demand)[name]()
        figures += more_figures
        claims += more_claims
    if curves.write(state.PROJECT / "var" / "bench.svg"):
        say("growth curves: var/bench.svg")
    return 0 if report(figures, claims, state.PROJECT / "var" / "bench.json") else 1


if __name__ == "__main__":
    sys.exit(main())
