"""`python -m benchmarks`: a PostgreSQL of its own with fsync on, the benchmarks, the tables."""

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import report, say
from supervisor import state
from supervisor.postgres import Postgres

PATIENCE = 600


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="ates-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        postgres = Postgres(folder / "postgres", folder / "log", "bench", lambda *_: None, {})
        process = postgres.start()
        try:
            while not postgres.ready():
                if not process.alive:
                    raise SystemExit(postgres.log.read_text())
            return run(postgres)
        finally:
            process.stop()


def run(postgres: Postgres) -> int:
    os.environ |= {
        "DATABASE_URL": postgres.owner_url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ATES_LOCAL": "1",
        "SECRET_KEY": "only-for-benchmarks-" + "x" * 40,
        "LOG_LEVEL": "WARNING",
    }
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks import ledger

    say("migrating …")
    call_command("migrate", verbosity=0)
    figures, claims = ledger.measure(postgres.owner_url)
    return 0 if report(figures, claims, state.PROJECT / "var" / "bench.json") else 1


if __name__ == "__main__":
    sys.exit(main())
