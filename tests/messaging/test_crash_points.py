"""A process dies where it is told to, and nowhere else."""

import subprocess
import sys

from supervisor.state import PROJECT

PASSAGES = """
from messaging.crash_points import crash_point
for passage in ("first", "second"):
    crash_point("here")
    print(passage)
"""


def ends(crash_at: str) -> tuple[int, list[str]]:
    run = subprocess.run(
        [sys.executable, "-u", "-c", PASSAGES],
        cwd=PROJECT,
        env={"CRASH_AT": crash_at},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout.split()


def test_a_process_dies_at_the_point_it_is_told() -> None:
    assert ends("here") == (137, [])
    assert ends("here:2") == (137, ["first"])


def test_it_lives_past_all_others() -> None:
    assert ends("there") == ends("here:3") == ends("") == (0, ["first", "second"])
