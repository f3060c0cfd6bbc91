"""`bin/setup`: makes the environment once, mends a half-made one, and fails in one line."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from supervisor.state import PROJECT

BROKEN = "nothing==1 --hash=sha256:" + hashlib.sha256(b"").hexdigest() + "\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    shutil.copy(PROJECT / "bin" / "setup", tmp_path / "bin" / "setup")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("# nothing\n")
    return tmp_path


def setup(project: Path) -> subprocess.CompletedProcess[str]:
    python = str(Path(sys.base_prefix) / "bin" / "python3")
    return subprocess.run(
        [python, str(project / "bin" / "setup")],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PIP_NO_INDEX": "1"},
    )


def test_it_does_nothing_the_second_time(project: Path) -> None:
    assert "making .venv" in setup(project).stdout
    again = setup(project)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_it_mends_an_environment_whose_making_was_cut_short(project: Path) -> None:
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to("/bin/false")
    assert setup(project).returncode == 0
    assert (project / ".venv" / "bin" / "pip").exists()


def test_it_says_in_one_line_what_could_not_be_installed(project: Path) -> None:
    (project / "requirements.txt").write_text(BROKEN)
    failed = setup(project)
    assert failed.returncode == 1
    assert failed.stderr.startswith("setup: requirements.txt could not be installed: ERROR:")
    assert failed.stderr.count("\n") == 1
    assert not (project / ".venv" / "installed").exists()
