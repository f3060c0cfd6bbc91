"""One run: load, misfortunes, quiescence, and what the checker and the invariants say."""

import json
import random
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from tests.faults import consuming, letters, poison
from tests.faults.checker import EFFECTS, Checker
from tests.faults.clients import Client, Pace, Work, signed_in
from tests.faults.crew import crew
from tests.faults.figures import figures
from tests.faults.history import OK, History
from tests.faults.invariants import broken_contracts, violations
from tests.faults.nemesis import Nemesis
from tests.faults.rig import Rig

QUIET_PATIENCE = 480.0  # seconds in which all must have arrived after the last fault
CONSUMES_AGAIN = 60.0  # seconds after a fault in which every queue must be consumed again
LONG_RUN = 50  # faults, in which every kind of deed must have been done
BACKLOG = 3_000  # open deliveries; with more, nobody begins another shuffle or import


@dataclass
class Report:
    """Counts of a run, and every contradiction that was found: none is what we promise."""

    seed: str
    faults: dict[str, int] = field(default_factory=dict)
    kills: int = 0
    seconds: float = 0.0
    lost: int = 0
    doubled: int = 0
    figures: dict[str, Any] = field(default_factory=dict)
    commands: dict[str, dict[str, int]] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.__dict__, indent=2, default=str) + "\n")


class Run:
    """`say` hears a line at each step."""

    def __init__(self, rig: Rig, seed: str, say: Callable[[str], None], past_days: int) -> None:
        self.rig, self.seed, self.say = rig, seed, say
        self.past_days = past_days
        self.history = History()
        self.report = Report(seed)
        self.rng = random.Random(f"{seed}:run")  # noqa: S311
        self.recoveries: list[float] = []
        self.pace = Pace()

    def go(self, enough: Callable[[Nemesis], bool], names: list[str] | None = None) -> Report:
        self.prepare()
        began = time.monotonic()
        clients = self.begin_load()
        nemesis = Nemesis(self.rig, self.seed, names)
        try:
            while not enough(nemesis):
                self.misfortune(nemesis, began)
        finally:
            self.end_load(clients)
        self.rig.wait_for_servers()
        self.report.violations += self.examine()
        self.report.faults = dict(sorted(nemesis.struck.items()))
        self.report.kills, self.report.seconds = self.rig.kills, time.monotonic() - began
        self.report.commands = self.history.counts()
        self.report.violations += self.idle() if nemesis.faults >= LONG_RUN else []
        return self.report

    def idle(self) -> list[str]:
        """Deeds that nobody ever did would prove nothing."""
        done = {kind for kind, outcomes in self.report.commands.items() if outcomes.get(OK)}
        return [f"nobody succeeded in this: {kind}" for kind in sorted(set(EFFECTS) - done)]

    # --- before ---

    def prepare(self) -> None:
        self.rig.start_processes()
        self.rig.wait_until(self.rig.quiet, "everybody is known", QUIET_PATIENCE)
        self.rig.processes.run(
            "-m", "tests.faults.past", str(self.past_days), self.seed, **self.rig.direct
        )
        self.rig.wait_until(self.rig.quiet, "the past has arrived", QUIET_PATIENCE)
        self.began_at = time.time()
        self.poisoned = poison.new_ids(self.rng)
        with self.rig.database() as database:
            poison.publish(database, self.poisoned)

    def begin_load(self) -> list[Client]:
        today = datetime.now(UTC).date()
        days: list[date] = [today - timedelta(days=ago) for ago in range(self.past_days, 0, -1)]
        clients = crew(Work(self.seed, self.rig.address, self.history, self.pace), days)
        for client in clients:
            for visitor in client.people:
                signed_in(visitor)
        for client in clients:
            client.start()
        return clients

    def end_load(self, clients: list[Client]) -> None:
        for client in clients:
            client.over.set()
        for client in clients:
            while client.is_alive():
                self.rig.wait(0.05)

    # --- during ---

    def misfortune(self, nemesis: Nemesis, began: float) -> None:
        self.pace.calm = self.rig.open_deliveries() < BACKLOG
        try:
            name = nemesis.strike()
        except TimeoutError as error:
            self.report.violations.append(f"I18 {error}")
            return
        self.say(f"{time.monotonic() - began:7.1f} s  {nemesis.faults:4d}  {name}")
        if self.rng.random() < 0.25:
            self.await_consumers(name)
        else:
            nemesis.rest()

    def await_consumers(self, fault: str) -> None:
        """None may be wedged: each applies something new, or has nothing to apply."""
        self.rig.wait_for_servers()
        waiting = consuming.first_in_line(self.rig.broker())
        try:
            seconds = self.rig.wait_until(
                lambda: not consuming.stuck(self.rig.broker(), waiting), "", CONSUMES_AGAIN
            )
            self.recoveries.append(seconds)
        except TimeoutError:
            stuck = consuming.stuck(self.rig.broker(), waiting)
            self.report.violations.append(f"I18 {stuck} are not consumed after: {fault}")

    # --- after ---

    def examine(self) -> list[str]:
        self.say("quiet: waiting for everything to arrive")
        found = self.settle_down()
        with closing(psycopg.connect(self.rig.postgres.owner_url, autocommit=True)) as database:
            checker = Checker(database, self.history)
            settled = checker.settle()
            found += self.settle_down()
            found += checker.violations(self.began_at)
            found += violations(database)
            found += broken_contracts(database, self.poisoned)
            found += poison.violations(database, self.poisoned)
        found += letters.violations(self.rig)
        self.report.figures = figures(self.rig) | {
            "unknown outcomes": settled.unknown,
            "of which had happened": settled.happened,
            "commits cut": self.rig.to_database.cut,
            "processes that ended by themselves": dict(self.rig.ended),
            "longest recovery, s": round(max(self.recoveries, default=0.0), 1),
            "recoveries measured": len(self.recoveries),
        }
        self.report.lost += checker.lost + self.report.figures.pop("lost")
        self.report.doubled += checker.doubled + self.report.figures.pop("doubled")
        return found + self.reconcile()

    def settle_down(self) -> list[str]:
        try:
            self.rig.wait_until(self.rig.quiet, "everything has arrived", QUIET_PATIENCE)
        except TimeoutError as error:
            return [f"I10 {error}"]
        return []

    def reconcile(self) -> list[str]:
        said = self.rig.processes.attempt("reconcile", **self.rig.direct)
        return [f"I2 reconcile: {said}"] if said else []
