"""The keys that sign access tokens, and the document that publishes their public halves (RFC 7517).

A key is published from the moment it is configured, signs from `not_before` on, and is neither
published nor believed after `expires_at`: so keys change without an outage (see
docs/runbooks/rotate-keys.md).
"""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

ALGORITHM = "ES256"
PUBLISHED_SECONDS = 300  # how long others may keep the document
_END = "-----END PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A P-256 key; without times it is always valid. `kid` is its thumbprint (RFC 7638)."""

    private_key: ec.EllipticCurvePrivateKey
    not_before: datetime | None = None
    expires_at: datetime | None = None

    @property
    def kid(self) -> str:
        jwk = self._public_members()
        canonical = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, **_COMPACT)
        digest = hashlib.sha256(canonical.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def is_published(self, now: datetime) -> bool:
        return self.expires_at is None or now < self.expires_at

    def may_sign(self, now: datetime) -> bool:
        return self.is_published(now) and (self.not_before is None or now >= self.not_before)

    def as_jwk(self) -> dict[str, str]:
        return self._public_members() | {"kid": self.kid, "use": "sig", "alg": ALGORITHM}

    def as_pem(self) -> str:
        return self.private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    def _public_members(self) -> dict[str, str]:
        public = self.private_key.public_key()
        jwk: dict[str, str] = jwt.algorithms.ECAlgorithm.to_jwk(public, as_dict=True)
        return {name: jwk[name] for name in ("kty", "crv", "x", "y")}


_COMPACT: dict[str, Any] = {"sort_keys": True, "separators": (",", ":")}


def new_key(not_before: datetime | None = None) -> SigningKey:
    return SigningKey(ec.generate_private_key(ec.SECP256R1()), not_before)


def configured() -> tuple[SigningKey, ...]:
    """The keys of JWT_PRIVATE_KEYS. Raises `ImproperlyConfigured`."""
    return read(settings.JWT_PRIVATE_KEYS)


@lru_cache(maxsize=8)
def read(text: str) -> tuple[SigningKey, ...]:
    """One PEM or several, or a JSON list of {private_key, not_before?, expires_at?}."""
    try:
        keys = _from_list(text) if text.lstrip().startswith("[") else _from_pems(text)
        if text.strip() and not keys:
            raise ValueError("there is none")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ImproperlyConfigured(f"JWT_PRIVATE_KEYS cannot be read: {error}") from error
    return keys


def write(keys: Iterable[SigningKey]) -> str:
    """The value of JWT_PRIVATE_KEYS that holds these keys."""
    return json.dumps(
        [
            {
                "kid": key.kid,
                "private_key": key.as_pem(),
                "not_before": key.not_before.isoformat() if key.not_before else None,
                "expires_at": key.expires_at.isoformat() if key.expires_at else None,
            }
            for key in keys
        ]
    )


def current() -> SigningKey:
    """The key that signs now: the newest whose time has come. Raises `ImproperlyConfigured`."""
    now = timezone.now()
    able = [key for key in configured() if key.may_sign(now)]
    if not able:
        raise ImproperlyConfigured("JWT_PRIVATE_KEYS has no key whose time it is.")
    return max(able, key=lambda key: key.not_before.timestamp() if key.not_before else 0.0)


def published() -> dict[str, Any]:
    """The JWK Set: public members only."""
    now = timezone.now()
    return {"keys": [key.as_jwk() for key in configured() if key.is_published(now)]}


def seconds_to_keep() -> int:
    """How long the document may be kept: never past the end of one of its keys."""
    now = timezone.now()
    ends = [key.expires_at for key in configured() if key.is_published(now) and key.expires_at]
    left = [int((end - now).total_seconds()) for end in ends]
    return min([PUBLISHED_SECONDS, *left])


def rotated(keys: Iterable[SigningKey], now: datetime) -> list[SigningKey]:
    """These keys and a new one, which signs once everybody knows it; the others are believed until
    the last token they may have signed is over. What has expired is left out."""
    fresh = new_key(now + timedelta(seconds=2 * PUBLISHED_SECONDS))
    assert fresh.not_before
    life = timedelta(seconds=settings.ACCESS_TOKEN_SECONDS + 2 * PUBLISHED_SECONDS)
    end = fresh.not_before + life
    kept = [
        SigningKey(key.private_key, key.not_before, min(key.expires_at or end, end))
        for key in keys
        if key.is_published(now)
    ]
    return [*kept, fresh]


def _from_pems(text: str) -> tuple[SigningKey, ...]:
    pems = text.replace("\\n", "\n").split(_END)
    if pems.pop().strip():
        raise ValueError("something follows the last of them")
    return tuple(SigningKey(_private_key(pem + _END)) for pem in pems)


def _from_list(text: str) -> tuple[SigningKey, ...]:
    return tuple(_from_json(row) for row in json.loads(text))


def _from_json(row: dict[str, Any]) -> SigningKey:
    return SigningKey(
        _private_key(row["private_key"]), _time(row, "not_before"), _time(row, "expires_at")
    )


def _private_key(pem: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem.strip().encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise ValueError("a signing key is an EC key on P-256")
    return key


def _time(row: dict[str, Any], name: str) -> datetime | None:
    if not row.get(name):
        return None
    moment = datetime.fromisoformat(row[name])
    if moment.tzinfo is None:
        raise ValueError(f"{name} needs a time zone: {row[name]}")
    return moment
