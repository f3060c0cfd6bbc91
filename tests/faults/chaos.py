"""`make chaos`: minutes of load and misfortune on a system of its own, then the proof.

`SEED` repeats a run's choices, `MINUTES` or `FAULTS` say how long. Exit status 1 on any violation;
the figures go to the screen and to `var/chaos.json`.
"""

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import django

from supervisor.state import PROJECT
from tests.servers import ENVIRONMENT, new_folder

if TYPE_CHECKING:
    from tests.faults.nemesis import Nemesis
    from tests.faults.run import Report, Run

PREFIX = "ates-chaos-"
VAR = PROJECT / "var"


def main() -> int:
    seed = os.environ.get("SEED") or str(random.SystemRandom().randrange(10**6))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.environ.update(ENVIRONMENT, DJANGO_SETTINGS_MODULE="config.settings")
    django.setup()  # the models say what things are called; no database is asked here
    say(f"seed {seed}")
    folder = new_folder(PREFIX)
    try:
        report = run(folder, seed)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report.write(VAR / "chaos.json")
    tell(report)
    return 1 if report.violations else 0


def run(folder: Path, seed: str) -> "Report":
    from tests.faults.rig import Rig
    from tests.faults.run import Run

    rig = Rig(folder)
    doing = Run(rig, seed, say, past_days=int(os.environ.get("DAYS", "20")))
    try:
        rig.start()
        return doing.go(enough())
    finally:
        rig.stop()
        keep(doing, folder)


def enough() -> "EnoughFaults | EnoughTime":
    if faults := os.environ.get("FAULTS"):
        return EnoughFaults(int(faults))
    return EnoughTime(float(os.environ.get("MINUTES", "3")) * 60)


class EnoughFaults:
    def __init__(self, faults: int) -> None:
        self.faults = faults

    def __call__(self, nemesis: "Nemesis") -> bool:
        return nemesis.faults >= self.faults


class EnoughTime:
    def __init__(self, seconds: float) -> None:
        self.seconds, self.began = seconds, 0.0

    def __call__(self, nemesis: "Nemesis") -> bool:
        self.began = self.began or time.monotonic()
        return time.monotonic() - self.began >= self.seconds


def keep(doing: "Run", folder: Path) -> None:
    """What somebody needs who looks for a cause."""
    kept = VAR / "chaos"
    kept.mkdir(parents=True, exist_ok=True)
    doing.history.write(kept / "history.jsonl")
    for log in folder.glob("*.log"):
        shutil.copy(log, kept)


def tell(report: "Report") -> None:
    say(f"\nseed {report.seed}: {sum(report.faults.values())} faults, {report.kills} processes")
    say(f"killed, in {report.seconds:.0f} s")
    for name, count in report.faults.items():
        say(f"  {count:5d}  {name}")
    for name, figure in report.figures.items():
        say(f"  {name}: {figure}")
    for kind, outcomes in report.commands.items():
        say(f"  {kind}: {outcomes}")
    for violation in report.violations:
        say(f"VIOLATION {violation}")
    say(f"lost {report.lost}, doubled {report.doubled}, violations {len(report.violations)}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
