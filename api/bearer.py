"""Who asks: somebody with an access token in the header, in a role that may; nobody else.

Sessions and cookies mean nothing here, so no page of another site can ask in somebody's name.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Final, cast

from django.conf import settings
from django.http import HttpRequest
from ninja.security import HttpBearer

from access import sign_ins, tokens
from access.actor import Actor, ActorRequest
from access.rights import Standing, actor_with
from api.problems import Problem, at, invalid

StandingOf = Callable[[tokens.Claims], Standing | None]
ANYONE: Final = ("public",)
JSON: Final = "application/json"
MULTIPART: Final = "multipart/form-data"
NOTHING: Final = (b"", b"{}", b"null")

log = logging.getLogger("ates.access")


class Bearer(HttpBearer):
    """Lets people of these roles in, by their token and by the service's own row of them."""

    openapi_bearerFormat = "JWT"  # noqa: N815 the name in the document

    def __init__(
        self,
        roles: Sequence[str],
        standing_of: StandingOf,
        *,
        media: str = "",
        recent: bool = False,
    ) -> None:
        """`recent`: the sign-in must be so, too (RFC 9470)."""
        super().__init__()
        self.roles, self.standing_of = tuple(roles), standing_of
        self.media, self.recent = media, recent

    def __call__(self, request: HttpRequest) -> Actor:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise Problem("unauthorized")
        return self.authenticate(request, token)

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        claims = _claims(token)
        actor = self._actor(claims)
        if not actor.has(*self.roles):
            log.warning("%s %s refused to %s", request.method, request.path, actor.id)
            raise Problem("forbidden")
        if self.recent and not claims.is_of_recent_sign_in:
            raise Problem("sign-in-too-old", max_age=settings.RECENT_SIGN_IN_SECONDS)
        cast("ActorRequest", request).actor = actor
        check_media(request, self.media)
        return actor

    def _actor(self, claims: tokens.Claims) -> Actor:
        actor = actor_with(claims, self.standing_of(claims))
        if actor is None or sign_ins.has_ended(claims.sign_in):
            log.warning("a token of %s was refused: no longer here", claims.subject)
            raise Problem("unauthorized")
        return actor


def _claims(token: str) -> tokens.Claims:
    try:
        return tokens.verify(token)
    except tokens.InvalidToken as error:
        log.warning("a token was refused: %s", error)
        raise Problem("unauthorized") from error


class Anyone:
    """Asks for no token."""

    def __init__(self, media: str = "") -> None:
        self.media = media

    def __call__(self, request: HttpRequest) -> bool:
        check_media(request, self.media)
        return True


def nobody(request: HttpRequest) -> None:
    """What a call gets that names no roles."""
    raise Problem("forbidden")


def check_media(request: HttpRequest, media: str) -> None:
    """Raises `Problem` for a body of another type than `media`; without one nothing may be sent."""
    if media:
        if request.content_type != media and request.body:
            raise Problem("unsupported-media-type")
    elif request.method == "POST" and request.body.strip() not in NOTHING:
        raise invalid([at("", "This call takes no body.")])
