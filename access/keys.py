"""The public keys that access tokens are verified with: from auth's document, wherever it is.

The address of the document is a setting. What a token says of keys (jku, x5u, jwk) is never read.
"""

import json
import logging
import threading
import time
import urllib.request
from functools import lru_cache
from typing import Any
from urllib.error import URLError

import jwt
from django.conf import settings
from django.utils.module_loading import import_string

FRESH_SECONDS = 300.0
COOLDOWN_SECONDS = 30.0  # between two fetches, however many unknown keys are asked for
STALE_SECONDS = 3600.0  # how long a set is believed while no newer one can be had
TIMEOUT_SECONDS = 3.0
MAX_BYTES = 64 * 1024

log = logging.getLogger("ates.access")


def find(kid: str) -> jwt.PyJWK | None:
    """The public key of this name, or None."""
    if settings.JWKS_URL:
        return _remote(settings.JWKS_URL).find(kid)
    return _usable(import_string(settings.JWKS_SOURCE)()).get(kid)


@lru_cache(maxsize=2)
def _remote(url: str) -> "RemoteKeys":
    return RemoteKeys(url)


class RemoteKeys:
    """The keys that another process serves. One fetch at a time, and none within the cool-down
    after another, whether that one succeeded or not."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked_at = self._fetched_at = float("-inf")
        self._lock = threading.Lock()

    def find(self, kid: str) -> jwt.PyJWK | None:
        with self._lock:
            now = time.monotonic()
            if kid not in self._keys or now - self._fetched_at > FRESH_SECONDS:
                self._refresh(now)
            return self._keys.get(kid) if now - self._fetched_at < STALE_SECONDS else None

    def _refresh(self, now: float) -> None:
        if now - self._asked_at < COOLDOWN_SECONDS:
            return
        self._asked_at = now
        try:
            self._keys = _usable(fetch(self.url))
            self._fetched_at = now
        except (OSError, URLError, ValueError, jwt.PyJWTError) as error:
            log.warning("keys cannot be fetched from %s: %s", self.url, error)


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Keys come from the configured address or not at all."""


def fetch(url: str) -> dict[str, Any]:
    """The document at an http(s) address. Raises OSError or ValueError."""
    if not url.startswith(("https://", "http://")):
        raise ValueError("keys are fetched over http(s) only")
    opener = urllib.request.build_opener(NoRedirects)
    with opener.open(url, timeout=TIMEOUT_SECONDS) as response:
        body = response.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise ValueError("the document is too large")
    document = json.loads(body)
    if not isinstance(document, dict):
        raise ValueError("the document is no object")
    return document


def _usable(document: dict[str, Any]) -> dict[str, jwt.PyJWK]:
    """By name; keys of other kinds or uses are none of ours. ValueError if none is left."""
    rows = document.get("keys")
    found = [_parsed(json.dumps(row)) for row in rows] if isinstance(rows, list) else []
    usable = {key.key_id: key for key in found if key and key.key_id}
    if not usable:
        raise ValueError("the document holds no keys")
    return usable


@lru_cache(maxsize=16)
def _parsed(row: str) -> jwt.PyJWK | None:
    jwk = json.loads(row)
    if not isinstance(jwk, dict) or (jwk.get("kty"), jwk.get("crv")) != ("EC", "P-256"):
        return None
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", "ES256") != "ES256":
        return None
    try:
        return jwt.PyJWK(jwk, algorithm="ES256")
    except jwt.PyJWTError:
        return None
