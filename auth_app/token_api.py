"""Signing in over the API: a pair of tokens for e-mail and password, and the next pair."""

import hashlib
import logging
from typing import Literal

from allauth.account.adapter import get_adapter
from allauth.account.utils import has_verified_email
from django.conf import settings
from django.http import HttpRequest
from pydantic import Field

from access.actor import ROLES, ActorRequest
from access.limits import LIMITS, take, waiting
from api.bearer import ANYONE, JSON
from api.calls import Calls
from api.problems import Problem
from api.shapes import Given, Shown, Text
from auth_app import refresh, second_factor, tokens
from auth_app.models import User

log = logging.getLogger("ates.auth")

calls = Calls("auth", tokens.standing_of)


class Credentials(Given):
    email: Text = Field(max_length=254)
    password: Text = Field(max_length=200)
    otp: Text | None = Field(None, max_length=32, description="a code of the second factor")


class Refresh(Given):
    refresh: Text = Field(max_length=4096)


class Pair(Shown):
    """`expires_in` is in seconds."""

    access: str
    refresh: str
    token_type: Literal["Bearer"]
    expires_in: int


@calls.post("/token", roles=ANYONE, gives=Pair, takes=JSON, fails=[401, 403, 429])
def token(request: HttpRequest, given: Credentials) -> Pair:
    """Sign in. Whoever has a second factor gives its code, too."""
    _slow_down(request, given.email)
    person = tokens.person_with(given.email, given.password)
    if person is None:
        raise _failed("invalid-credentials", given.email)
    showed_factor = _ask_for_second_factor(person, given)
    if settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory" and not has_verified_email(person):
        raise Problem("unverified-email")
    person.confirm()
    pair = tokens.sign_in(person, showed_factor)
    if pair is None:
        raise _failed("invalid-credentials", given.email)
    log.info("%s signed in over the API", person.public_id)
    return _shown(pair)


@calls.post("/token/refresh", roles=ANYONE, gives=Pair, takes=JSON, fails=[401, 429])
def refresh_token(request: HttpRequest, given: Refresh) -> Pair:
    """The next pair. A refresh token is good once: a second use ends all that followed from the
    same sign-in."""
    _count("refresh", _address_of(request))
    pair = tokens.refreshed(given.refresh)
    if pair is None:
        raise Problem("invalid-refresh-token")
    return _shown(pair)


@calls.post("/token/revoke", roles=ANYONE, gives=None, status=204, takes=JSON, fails=[429])
def revoke_token(request: HttpRequest, given: Refresh) -> None:
    """Sign out: the token and all that follow from it are worthless (RFC 7009)."""
    _count("refresh", _address_of(request))
    refresh.revoke(given.refresh)


@calls.post("/token/revoke-all", roles=ROLES, gives=None, status=204)
def revoke_all_tokens(request: ActorRequest) -> None:
    """Sign out everywhere, of browsers too."""
    User.objects.get(public_id=request.actor.id).end_sessions()


def _ask_for_second_factor(person: User, given: Credentials) -> bool:
    """Whether one was shown: whoever need not have one may have none."""
    if not second_factor.enrolled(person):
        if second_factor.required(person):
            raise Problem("no-second-factor")
        return False
    if not given.otp:
        raise Problem("second-factor-needed")
    if not second_factor.verify(person, given.otp):
        raise _failed("second-factor-needed", given.email)
    return True


def _slow_down(request: HttpRequest, email: str) -> None:
    """Attempts are counted by address, failures by account: whoever guesses waits soon."""
    _count("token", _address_of(request))
    if wait := waiting("guess", _name_of(email), LIMITS["guess"]):
        raise Problem("too-many-requests", retry_after=wait)


def _failed(kind: str, email: str) -> Problem:
    take("guess", _name_of(email), LIMITS["guess"])
    log.warning("a sign-in over the API failed: %s", kind)
    return Problem(kind)


def _count(deed: str, who: str) -> None:
    if wait := take(deed, who, LIMITS[deed]):
        raise Problem("too-many-requests", retry_after=wait)


def _address_of(request: HttpRequest) -> str:
    return str(get_adapter().get_client_ip(request))


def _name_of(email: str) -> str:
    """Addresses of people are not written into the table of counts."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()[:32]


def _shown(pair: tokens.Pair) -> Pair:
    return Pair(
        access=pair.access,
        refresh=pair.refresh,
        token_type="Bearer",  # noqa: S106 the scheme's name
        expires_in=pair.expires_in,
    )
