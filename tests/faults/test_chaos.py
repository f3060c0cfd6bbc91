"""A short, seeded run of `make chaos`, on servers of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.rig import Rig
from tests.faults.run import Run

SEED = "a quarter past four"
MISFORTUNES = [
    "kill -9 web",
    "kill -9 relay",
    "kill -9 worker-billing",
    "kill -9 a pool child",
    "broker: kill -9, its data lost",
    "broker: FLUSHALL",
    "messages doubled",
    "PostgreSQL: kill -9",
    "PostgreSQL: all sessions ended",
    "way to the broker: reset",
    "cut at COMMIT",
]


@pytest.fixture
def rig() -> Iterator[Rig]:
    rig = Rig(Path(os.environ["ATES_TEST_SERVERS"]) / "chaos")
    try:
        rig.start()
        yield rig
    finally:
        rig.stop()


def test_under_load_and_misfortune_nothing_is_lost_and_nothing_doubled(rig: Rig) -> None:
    run = Run(rig, SEED, print, past_days=3)
    report = run.go(lambda nemesis: nemesis.faults >= len(MISFORTUNES), MISFORTUNES)
    assert report.violations == []
    assert report.lost == report.doubled == 0
    assert report.figures["entries"] > 0
    assert sum(report.faults.values()) == len(MISFORTUNES)
