"""What an access token must be to be believed (RFC 9068, RFC 8725). Knows nothing of who issues it.

Everything that could vary is pinned: algorithm, type, header members, issuer, audience, the claims
and their types, the life, the size. Whatever is not exactly so is refused.
"""

import base64
import binascii
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt
from django.conf import settings

from access import keys
from access.actor import ROLES

ALGORITHM = "ES256"
TYPE = "at+jwt"
HEADER = {"alg", "kid", "typ"}
CLAIMS = ("iss", "aud", "sub", "exp", "iat", "nbf", "jti", "sid", "auth_time", "role", "version")
MAX_SIZE = 4096
LEEWAY_SECONDS = 10
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_KID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class InvalidToken(Exception):
    """The token is not to be believed; the reason is for the log, not for the caller."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: who, in which role, as of which `version` of the person; `sign_in` names
    the sign-in that it comes from, `signed_in_at` says when that was, however often the token was
    renewed since. Times are in seconds since 1970."""

    subject: UUID
    role: str
    version: int
    sign_in: UUID
    signed_in_at: int
    id: str
    expires_at: int

    @property
    def is_of_recent_sign_in(self) -> bool:
        """Whether whoever asks has proved lately who they are; what is dangerous wants to know."""
        return time.time() - self.signed_in_at <= settings.RECENT_SIGN_IN_SECONDS


def audience() -> str:
    return f"{settings.BASE_URL}/api/v1"


def verify(token: str) -> Claims:
    """Raises `InvalidToken`."""
    if len(token) > MAX_SIZE or not _SHAPE.fullmatch(token):
        raise InvalidToken("shape")
    head = _header(token)
    if head["typ"].lower() != TYPE or head["alg"] != ALGORITHM or not _KID.fullmatch(head["kid"]):
        raise InvalidToken("header")
    return _claims(_decoded(token, _key(head["kid"])))


def _header(token: str) -> dict[str, str]:
    """The header, if it has exactly our members: no jwk, jku, x5u, crit, zip."""
    parts = token.split(".")
    if not all(_is_canonical(part) for part in parts):
        raise InvalidToken("encoding")
    try:
        head = json.loads(_bytes(parts[0]), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise InvalidToken("header") from error
    if not isinstance(head, dict) or set(head) != HEADER:
        raise InvalidToken("header members")
    if not all(isinstance(value, str) for value in head.values()):
        raise InvalidToken("header types")
    return head


def _key(kid: str) -> jwt.PyJWK:
    try:
        key = keys.find(kid)
    except ValueError as error:
        raise InvalidToken("no keys") from error
    if key is None:
        raise InvalidToken("unknown key")
    return key


def _decoded(token: str, key: jwt.PyJWK) -> dict[str, Any]:
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=audience(),
            issuer=settings.BASE_URL,
            leeway=LEEWAY_SECONDS,
            options={"require": list(CLAIMS), "strict_aud": True},
        )
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        raise InvalidToken(type(error).__name__) from error


def _claims(data: dict[str, Any]) -> Claims:
    times = [data[name] for name in ("exp", "iat", "nbf", "auth_time")]
    if any(type(moment) is not int for moment in [*times, data["version"]]):
        raise InvalidToken("numbers")
    if not 0 < data["exp"] - data["iat"] <= settings.ACCESS_TOKEN_SECONDS:
        raise InvalidToken("life")
    if not 0 < data["auth_time"] <= data["iat"] + LEEWAY_SECONDS:
        raise InvalidToken("sign-in")
    if data["role"] not in ROLES or data["version"] < 1:
        raise InvalidToken("rights")
    if not isinstance(data["jti"], str) or not data["jti"]:
        raise InvalidToken("id")
    return Claims(
        subject=_uuid(data["sub"]),
        role=data["role"],
        version=data["version"],
        sign_in=_uuid(data["sid"]),
        signed_in_at=data["auth_time"],
        id=data["jti"],
        expires_at=data["exp"],
    )


def _uuid(text: Any) -> UUID:
    try:
        found = UUID(text)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidToken("ids") from error
    if str(found) != text:
        raise InvalidToken("ids")
    return found


def _is_canonical(part: str) -> bool:
    """Whether the part is the one way to write its bytes: the last letter has bits to spare."""
    try:
        return base64.urlsafe_b64encode(_bytes(part)).decode().rstrip("=") == part
    except binascii.Error:
        return False


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name is used twice")
    return dict(pairs)
