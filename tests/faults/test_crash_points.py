"""Each crash point killed in turn, where it lies: nothing is lost and nothing doubled."""

import psycopg
import pytest

from tests.delivery import soon_again
from tests.faults.crashing import CRASHES, crash_points
from tests.faults.invariants import violations
from tests.running import Running, nothing_on_the_way


def test_every_crash_point_is_known_here() -> None:
    assert crash_points() == set(CRASHES)


@pytest.mark.parametrize("point", CRASHES)
def test_a_crash_loses_and_doubles_nothing(point: str, system: Running) -> None:
    process, scenario = CRASHES[point]
    scene = scenario(system)
    next(scene)
    system.kill(process)
    system.start(process, CRASH_AT=point)
    next(scene)
    system.wait_until(lambda: crashed(system, point), what=f"{process} has crashed")
    system.kill(process)
    system.start(process)
    assert list(scene) == []
    settle_soon(system)
    with psycopg.connect(system.environment["DATABASE_URL"]) as database:
        assert violations(database) == []


def crashed(system: Running, point: str) -> bool:
    return any(line.endswith(f"crashed at {point}") for line in list(system.lines))


def settle_soon(system: Running) -> None:
    """What was lost with the process is due again at once, not in half a minute."""
    soon_again()
    system.wait_until(nothing_on_the_way, what="every event has arrived")
