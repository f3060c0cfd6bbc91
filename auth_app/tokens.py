"""Issuing: an access token that any service can verify by itself, and a refresh token for the next.

Verifying is the business of `access.tokens`, which knows nothing of this module.
"""

from dataclasses import dataclass

import jwt
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from access import tokens as accepted
from access.rights import Standing
from auth_app import refresh, second_factor, signing
from auth_app.models import User


@dataclass(frozen=True, slots=True)
class Pair:
    """`expires_in` is the access token's life in seconds."""

    access: str
    refresh: str
    token_type: str
    expires_in: int


def person_with(email: str, password: str) -> User | None:
    """Who signs in with these. It takes equally long whether the address is known or not."""
    user = User.objects.get_queryset().filter(email=email.strip().lower()).first()
    right = check_password(password, user.password if user else "")
    return user if user and right and user.is_active else None


@transaction.atomic
def sign_in(user: User, showed_factor: bool) -> Pair | None:
    """None when what was checked of `user` is not so any more: this very moment they were dismissed
    or signed out everywhere, or have another password, role or second factor. Whatever ends the
    sign-ins of a person locks their row, so it comes before this and is seen, or ends this."""
    if not _is_as_before(user) or second_factor.enrolled(user) != showed_factor:
        return None
    return _pair(*refresh.begin(user))


def _is_as_before(user: User) -> bool:
    checked = {name: getattr(user, name) for name in ("password", "role", "sessions_ended")}
    as_before = User.objects.get_queryset().filter(pk=user.pk, is_active=True, **checked)
    return as_before.select_for_update().exists()


def refreshed(secret: str) -> Pair | None:
    """The next pair for a refresh token; None when it is not, or no longer, good."""
    exchanged = refresh.exchange(secret)
    return _pair(*exchanged) if exchanged else None


def standing_of(claims: accepted.Claims) -> Standing:
    """Auth's own row of a person, which is always the newest; a sign-in that was ended counts as
    dismissed here at once, elsewhere when the event has come."""
    user = User.objects.get_queryset().filter(public_id=claims.subject).first()
    if user is None or not refresh.is_alive(claims.sign_in, claims.subject):
        return Standing(User.Role.WORKER, is_active=False, name="", version=claims.version)
    return Standing(user.role, user.is_active, user.name, user.version)


def access_token(family: refresh.TokenFamily) -> str:
    """A JWT of RFC 9068 for the API, signed with the current key."""
    user, signed_in_at = family.user, int(family.born_at.timestamp())
    now = int(timezone.now().timestamp())
    key = signing.current()
    claims = {
        "iss": settings.BASE_URL,
        "aud": accepted.audience(),
        "sub": str(user.public_id),
        "exp": now + settings.ACCESS_TOKEN_SECONDS,
        "iat": now,
        "nbf": now,
        "jti": str(uuid7()),
        "sid": str(family.pk),
        "auth_time": signed_in_at,
        "role": user.role,
        "version": user.version,
    }
    headers = {"typ": accepted.TYPE, "kid": key.kid}
    return jwt.encode(claims, key.private_key, algorithm=signing.ALGORITHM, headers=headers)


def _pair(family: refresh.TokenFamily, secret: str) -> Pair:
    return Pair(access_token(family), secret, "Bearer", settings.ACCESS_TOKEN_SECONDS)
