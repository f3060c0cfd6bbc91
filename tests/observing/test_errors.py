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

# An unexpected error on a page, asked for with everything that is nobody's business.
FAIL = """
from unittest.mock import patch
from django.test import Client
error = ValueError("token=hidden-1 polly@x.example")
with patch("config.views._database_answers", side_effect=error):
    Client(raise_request_exception=False, headers={"Cookie": "other=hidden-2"}).get(
        "/readyz?token=hidden-3", headers={"Authorization": "Bearer hidden-4"})
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
    assert error["value"] == "token=[hidden] [e-mail]"
    assert error["stacktrace"]["frames"][-1].get("vars") is None
    assert event["tags"]["request_id"]
    assert "hidden-" not in json.dumps(event)


def test_without_an_address_nothing_of_it_is_loaded() -> None:
    assert shell("import sys; print('sentry_sdk' in sys.modules)", SENTRY_DSN="") == "False\n"
