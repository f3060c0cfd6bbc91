"""Keys that another process serves: fetched seldom, believed only whole, kept when it is away."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from access import keys, tokens
from auth_app import signing
from tests.access import forge


class Auth:
    """An address that serves whatever a test makes it serve."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/.well-known/jwks.json"
        self.asked = 0
        self.status, self.body, self.location = 200, b"", ""
        self.publish(signing.published())

    def publish(self, document: Any) -> None:
        self.status, self.body = 200, json.dumps(document).encode()


@pytest.fixture
def auth() -> Iterator[Auth]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            elsewhere.asked += 1
            self.send_response(elsewhere.status)
            if elsewhere.location:
                self.send_header("Location", elsewhere.location)
            self.end_headers()
            self.wfile.write(elsewhere.body)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        elsewhere = Auth(server.server_port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield elsewhere
        server.shutdown()


class Clock:
    """What `time.monotonic` says to the module under test."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(keys, "time", clock)
    return clock


KID = "kid"


@pytest.fixture
def remote(auth: Auth, clock: Clock) -> keys.RemoteKeys:
    return keys.RemoteKeys(auth.url)


def known() -> str:
    return signing.current().kid


def test_it_verifies_with_the_keys_of_another_process(auth: Auth, settings: Settings) -> None:
    settings.JWKS_URL = auth.url
    tokens.verify(forge.token())
    assert auth.asked == 1


def test_it_keeps_the_document_while_it_is_fresh(auth: Auth, remote: keys.RemoteKeys) -> None:
    assert all(remote.find(known()) for _ in range(50))
    assert auth.asked == 1


def test_it_looks_again_when_the_document_is_old(
    auth: Auth, remote: keys.RemoteKeys, clock: Clock
) -> None:
    remote.find(known())
    clock.now += keys.FRESH_SECONDS + 1
    assert remote.find(known())
    assert auth.asked == 2


def test_a_flood_of_unknown_keys_asks_once_in_a_cool_down(
    auth: Auth, remote: keys.RemoteKeys, clock: Clock
) -> None:
    assert not any(remote.find(f"{KID}-{n}") for n in range(1000))
    assert auth.asked == 1
    clock.now += keys.COOLDOWN_SECONDS
    assert not any(remote.find(f"{KID}-{n}") for n in range(1000))
    assert auth.asked == 2


def test_a_new_key_is_believed_after_the_cool_down(
    auth: Auth, remote: keys.RemoteKeys, clock: Clock
) -> None:
    remote.find(known())
    fresh = signing.new_key()
    auth.publish({"keys": [*signing.published()["keys"], fresh.as_jwk()]})
    assert remote.find(fresh.kid) is None
    clock.now += keys.COOLDOWN_SECONDS
    assert remote.find(fresh.kid)


def test_while_auth_is_away_known_keys_work_and_unknown_ones_do_not(
    auth: Auth, remote: keys.RemoteKeys, clock: Clock
) -> None:
    remote.find(known())
    auth.status = 500
    clock.now += keys.FRESH_SECONDS + 1
    assert remote.find(known())
    assert remote.find("new") is None
    assert auth.asked == 2


def test_keys_are_not_believed_for_ever_when_auth_stays_away(
    auth: Auth, remote: keys.RemoteKeys, clock: Clock
) -> None:
    remote.find(known())
    auth.status = 500
    clock.now += keys.STALE_SECONDS
    assert remote.find(known()) is None


@pytest.mark.parametrize(
    "body",
    [
        b"<html>sign in</html>",
        b"",
        b"[]",
        b"{}",
        b'{"keys": []}',
        b'{"keys": 7}',
        b'{"keys": [7]}',
        b'{"keys": [{"kty": "oct", "k": "AAAA", "kid": "kid"}]}',
        b'{"keys": "' + b"x" * keys.MAX_BYTES + b'"}',
    ],
)
def test_it_takes_no_keys_from_a_document_that_is_none(
    body: bytes, auth: Auth, remote: keys.RemoteKeys
) -> None:
    auth.body = body
    assert remote.find(KID) is None
    assert remote.find(known()) is None


def test_it_follows_no_redirect(auth: Auth, remote: keys.RemoteKeys) -> None:
    auth.status, auth.location = 302, auth.url
    assert remote.find(known()) is None
    assert auth.asked == 1


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "data:application/json,{}"])
def test_it_reads_keys_over_http_only(url: str) -> None:
    with pytest.raises(ValueError, match="http"):
        keys.fetch(url)
