"""Medians of several runs with their spread, and the table they end in."""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

RUNS = int(os.environ.get("BENCH_RUNS", "5"))


@dataclass(frozen=True, slots=True)
class Figure:
    """`median`, `low` and `high` of `RUNS` runs, in `unit`."""

    name: str
    unit: str
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Claim:
    """A ratio of two figures of this run, and the bound it must keep: at least or at most."""

    name: str
    ratio: float
    bound: float
    at_least: bool = True

    @property
    def holds(self) -> bool:
        return self.ratio >= self.bound if self.at_least else self.ratio <= self.bound


def figure(name: str, unit: str, measured: list[float]) -> Figure:
    return Figure(name, unit, statistics.median(measured), min(measured), max(measured))


def repeated(measure: Callable[[], float], runs: int = RUNS) -> list[float]:
    return [measure() for _ in range(runs)]


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def report(figures: list[Figure], claims: list[Claim], path: Path) -> bool:
    """Print both tables, keep them as JSON, and say whether every claim holds."""
    for row in figures:
        spread = f"{row.low:,.4g} … {row.high:,.4g}"
        say(f"{row.name:<62} {row.median:>12,.4g} {row.unit:<10} {spread}")
    say("")
    for claim in claims:
        sign = "≥" if claim.at_least else "≤"
        verdict = "holds" if claim.holds else "DOES NOT HOLD"
        say(f"{claim.name:<62} {claim.ratio:>12,.3g} {sign} {claim.bound:<8g} {verdict}")
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = {"figures": [asdict(row) for row in figures], "claims": [asdict(row) for row in claims]}
    path.write_text(json.dumps(rows, indent=1))
    return all(claim.holds for claim in claims)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
