"""Unexpected errors, told to a server that speaks Sentry's protocol by a process of their own."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from supervisor.state import PROJECT

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


class Sentry:
    """Keeps what it is sent: envelopes of lines of JSON, the third of which is the event."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        sentry = self

        class Receive(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                packed = self.headers.get("Content-Encoding") == "gzip"
                sentry.bodies.append(gzip.decompress(body) if packed else body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Receive)
        self.dsn = f"http://key@127.0.0.1:{self.server.server_address[1]}/1"

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body.splitlines()[2]) for body in self.bodies]


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    sentry = Sentry()
    Thread(target=sentry.server.serve_forever, daemon=True).start()
    yield sentry
    sentry.server.shutdown()
    sentry.server.server_close()


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
    [event] = sentry.events()
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
    [event] = sentry.events()
    assert event["exception"]["values"][-1]["type"] == "OperationalError"


def test_without_an_address_nothing_of_it_is_loaded() -> None:
    assert shell("import sys; print('sentry_sdk' in sys.modules)", SENTRY_DSN="") == "False\n"
