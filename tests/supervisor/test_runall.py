"""`manage.py runall`, for real: it starts, is killed, starts again, and leaves nothing behind."""

import os
import signal
import socket
from pathlib import Path

import pytest

from supervisor import state
from tests.supervisor.conftest import Local, alive, wait_until


def test_it_leaves_nothing_behind_after_ctrl_c(local: Local) -> None:
    local.start_and_wait()
    sessions = local.sessions()
    assert len(alive(sessions)) > len(sessions)
    local.signal(signal.SIGINT)
    assert local.wait() == 0
    assert alive(sessions) == []
    assert local.sessions() == set()


def test_it_refuses_a_second_copy(local: Local) -> None:
    local.start_and_wait()
    second = Local(local.var.parent)
    second.output = local.var.parent / "second"
    line = second.refused()
    assert line.strip().count("\n") == 0
    assert f"already running (http://localhost:{local.port})" in line


def test_it_ends_with_its_supervisor(local: Local) -> None:
    local.start_and_wait()
    sessions = local.sessions()
    local.signal(signal.SIGKILL)
    wait_until(lambda: not alive(sessions), lambda: str(alive(sessions)))


def test_it_starts_again_after_everything_was_killed(local: Local) -> None:
    local.start_and_wait()
    sessions = local.sessions()
    local.signal(signal.SIGKILL)
    for session in sessions:
        os.kill(session, signal.SIGKILL)
    local.start_and_wait()
    assert local.ready()
    assert not alive(sessions)


@pytest.mark.parametrize("server", ["postgres", "valkey", "web"])
def test_it_starts_again_what_dies(local: Local, server: str) -> None:
    local.start_and_wait()
    died = int(local.record(server)["pid"])
    os.kill(died, signal.SIGKILL)
    wait_until(lambda: f"{server} was ended by SIGKILL" in local.said())
    wait_until(lambda: int(local.record(server).get("pid", died)) != died)
    wait_until(local.ready, local.said)


def test_it_works_in_a_folder_nobody_else_may_enter(local: Local) -> None:
    local.var.parent.chmod(0o700)
    local.var = local.var.parent / "closed" / "var"
    local.var.parent.mkdir(mode=0o700)
    local.start_and_wait()
    assert local.ready()
    assert local.var.parent.stat().st_mode & 0o777 == 0o700


def test_it_says_what_to_do_when_the_port_is_taken(local: Local) -> None:
    with socket.create_server(("127.0.0.1", local.port)):
        line = local.refused()
    assert f"Port {local.port} is taken by another program" in line
    assert "make run" in line
    assert line.strip().count("\n") == 0


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"ATES_VAR": "/dev/null/var"}, "cannot be written"),
        ({"PORT": "eighty"}, "PORT=eighty is not a port"),
        ({"DATABASE_URL": "postgres://x@127.0.0.1:1/x"}, "DATABASE_URL is set, but"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "REDIS_URL is set, but"),
    ],
)
def test_it_says_in_one_line_what_is_wrong(
    local: Local, environment: dict[str, str], complaint: str
) -> None:
    line = local.refused(**environment)
    assert complaint in line
    assert line.strip().splitlines()[-1].startswith("aTES cannot start")


def test_it_does_not_guess_the_password_of_foreign_data(local: Local) -> None:
    local.start_and_wait()
    local.end()
    (local.var / "secrets.json").unlink()
    assert "was made with another password" in local.refused()


def test_it_keeps_its_secrets_to_itself(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATES_VAR", str(local.var))
    local.start_and_wait()
    assert state.running_services()["BASE_URL"] == f"http://localhost:{local.port}"
    for name in ("secrets.json", "run/services.json", "valkey/valkey.conf"):
        assert Path(local.var / name).stat().st_mode & 0o077 == 0
    local.signal(signal.SIGINT)
    local.wait()
    assert state.running_services() == {}
