"""What aTES does not start with, as whoever starts it sees it: one line, and a status of 1."""

import os
import subprocess
import sys

import pytest

from auth_app import signing
from supervisor.state import PROJECT
from tests.production import PRODUCTION

SOUND = PRODUCTION | {
    "DATABASE_URL": "postgres://ates@127.0.0.1:1/ates",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def manage(*command: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
    """Of a production system, but for `environment`; None leaves a variable out."""
    keys = {"JWT_PRIVATE_KEYS": signing.write([signing.new_key()])}
    wanted = {"PATH": os.environ["PATH"]} | SOUND | keys | environment
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=PROJECT,
        env={name: value for name, value in wanted.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEMO", "1"),
        ("SECRET_KEY", None),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("JWT_PRIVATE_KEYS", None),
        ("JWT_PRIVATE_KEYS", "junk"),
        ("TASK_CREATED_VERSIONS", "3"),
    ],
)
def test_production_does_not_start_with(name: str, value: str | None) -> None:
    refused = manage("check", **{name: value})
    assert refused.returncode == 1
    assert name in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_production_is_told_what_it_would_not_want() -> None:
    deploy = ("check", "--deploy", "--fail-level", "WARNING")
    assert manage(*deploy).returncode == 0
    complaint = manage(*deploy, EMAIL_URL=None, BASE_URL=None)
    assert complaint.returncode == 1
    assert "EMAIL_URL is not set" in complaint.stderr
    assert "BASE_URL is not set" in complaint.stderr


def test_production_keeps_no_letters() -> None:
    """Admins would read the sign-in codes of others there."""
    show = "from django.conf import settings; print(settings.MAIL_IS_KEPT, settings.EMAIL_PORT)"
    assert manage("shell", "-v0", "-c", show, EMAIL_URL=None).stdout == "False 25\n"


@pytest.mark.parametrize("command", ["close_days", "send_payouts", "reconcile", "event_versions"])
def test_a_database_that_is_away_is_one_line(command: str) -> None:
    failed = manage(command)
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert failed.stderr.startswith("OperationalError: ")
    assert len(failed.stderr.splitlines()) == 1
