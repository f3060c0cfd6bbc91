"""Unexpected errors, told to a server that speaks Sentry's protocol by a process of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from supervisor.state import PROJECT
from tests.collector import Sentry, standing_in_for_sentry

# An unexpected error on a page, asked for with everything that is nobody's business. Through the
# application that serves: Django's test client passes by what the SDK adds there.
FAIL = """
from unittest.mock import patch
from django.test import RequestFactory
from config.wsgi import application
error = ValueError("token=hidden-1 polly@x.example eyJpZCI6:1xXUPv:hidden-2")
secrets = {"Cookie": "other=hidden-3", "Authorization": "Bearer hidden-4"}
asked = RequestFactory(headers=secrets).get("/people/invitations/hidden-5/?token=hidden-6")
with patch("auth_app.invitations.invited", side_effect=error):
    list(application(asked.environ, lambda *_: None))
"""


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    with standing_in_for_sentry() as sentry:
        yield sentry


def shell(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", code],
        cwd=PROJECT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_an_error_is_told_once_with_its_chain_and_without_secrets(sentry: Sentry) -> None:
    shell(FAIL, SENTRY_DSN=sentry.dsn)
    [event] = sentry.events
    [error] = event["exception"]["values"]
    assert error["type"] == "ValueError"
    assert error["value"] == "token=[hidden] [e-mail] [hidden]"
    assert error["stacktrace"]["frames"][-1].get("vars") is None
    assert event["tags"]["request_id"]
    assert event["transaction"] == "/people/invitations/{token}/"
    assert "hidden-" not in json.dumps(event)


def test_what_ends_a_command_in_a_line_is_told_whole(sentry: Sentry) -> None:
    nowhere = {"DATABASE_URL": "postgres://ates@127.0.0.1:1/ates", "SENTRY_DSN": sentry.dsn}
    command = [sys.executable, "manage.py", "prune_messages"]
    subprocess.run(command, cwd=PROJECT, env=os.environ | nowhere, capture_output=True, check=False)
    [event] = sentry.events
    assert event["exception"]["values"][-1]["type"] == "OperationalError"


def test_without_an_address_nothing_of_it_is_loaded() -> None:
    assert shell("import sys; print('sentry_sdk' in sys.modules)", SENTRY_DSN="") == "False\n"
