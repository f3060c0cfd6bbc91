"""A workshop for tokens, true and false: everything in them can be bent."""

import base64
import json
import time
from typing import Any

import jwt
from django.conf import settings

from access import tokens
from auth_app import signing

SUBJECT = "0190c0de-0000-7000-8000-000000000001"
SIGN_IN = "0190c0de-0000-7000-8000-000000000002"
GONE: Any = object()


def claims(**changes: Any) -> dict[str, Any]:
    """Those of a good token; `name=GONE` leaves one out."""
    now = int(time.time())
    good = {
        "iss": settings.BASE_URL,
        "aud": tokens.audience(),
        "sub": SUBJECT,
        "exp": now + 300,
        "iat": now,
        "nbf": now,
        "jti": "one",
        "sid": SIGN_IN,
        "auth_time": now - 320,
        "role": "worker",
        "version": 1,
    }
    return {name: value for name, value in (good | changes).items() if value is not GONE}


def token(header: dict[str, Any] | None = None, key: Any = None, **changes: Any) -> str:
    """A token signed with auth's key, or another; `header` adds to and replaces its members."""
    head = {"alg": "ES256", "typ": "at+jwt", "kid": signing.current().kid} | (header or {})
    head = {name: value for name, value in head.items() if value is not GONE}
    return signed(json.dumps(head), json.dumps(claims(**changes)), key)


def signed(head: str, body: str, key: Any = None) -> str:
    """Whatever the two texts say, with a true ES256 signature."""
    text = f"{part(head)}.{part(body)}"
    algorithm = jwt.get_algorithm_by_name("ES256")
    signature = algorithm.sign(text.encode(), key or signing.current().private_key)
    return f"{text}.{part(signature)}"


def mac(head: dict[str, Any], secret: bytes) -> str:
    """A token with an HMAC instead of a signature."""
    head = {"typ": "at+jwt", "kid": signing.current().kid} | head
    text = f"{part(json.dumps(head))}.{part(json.dumps(claims()))}"
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    return f"{text}.{part(algorithm.sign(text.encode(), secret))}"


def part(content: str | bytes) -> str:
    raw = content.encode() if isinstance(content, str) else content
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
