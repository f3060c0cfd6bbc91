"""Every view says who may use it (I2); one that says nothing lets nobody in."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from access.actor import ROLES, ActorRequest

View = Callable[..., HttpResponseBase]


def roles(*allowed: str) -> Callable[[View], View]:
    """Let people of these roles in; others get 403, the anonymous are asked to sign in."""
    unknown = set(allowed) - set(ROLES)
    if unknown or not allowed:
        raise ValueError(f"not roles: {unknown or 'none given'}")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = cast("ActorRequest", request).actor
            if not actor.has(*allowed):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.roles = allowed  # type: ignore[attr-defined]
        return guarded

    return decorate


everyone = roles(*ROLES)


def public(view: View) -> View:
    """Open to the anonymous too."""
    view.roles = ("public",)  # type: ignore[attr-defined]
    return login_not_required(view)
