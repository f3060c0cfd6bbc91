"""Puts the actor on the request, and lets nobody into a view that does not say who may."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from access.actor import actor_of

GetResponse = Callable[[HttpRequest], HttpResponse]


def identify(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_of(request.user))  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def refuse_the_silent(get_response: GetResponse) -> GetResponse:
    """The default is nobody (I2): a view passes that names its roles, or is opened by name."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, view: Any, arguments: Any, named: Any) -> None:
        if not says_who_may(view):
            raise PermissionDenied

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def says_who_may(view: Any) -> bool:
    """allauth's pages guard themselves; `login_not_required` is Django's word for open."""
    open_by_name = getattr(view, "login_required", True) is False
    return (
        bool(getattr(view, "roles", ())) or open_by_name or view.__module__.startswith("allauth.")
    )
