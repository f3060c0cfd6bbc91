"""What stands between a session and a view: its age, and the second factor that it needs."""

import time
from collections.abc import Callable
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from auth_app import second_factor
from pages.middleware import is_htmx

GetResponse = Callable[[HttpRequest], HttpResponse]

HOUR: Final = 60 * 60
IDLE: Final = 8 * HOUR
LONGEST: Final = 24 * HOUR
LONGEST_OF_THE_PRIVILEGED: Final = 12 * HOUR
NOTED_EVERY: Final = 5 * 60

REMOVALS: Final = ("mfa_deactivate_totp", "mfa_remove_webauthn")
OPEN_WITHOUT: Final = (
    "set_language",
    "set_theme",
    "usersessions_list",
    "end_session",
    "end_sign_in",
)


def expire(get_response: GetResponse) -> GetResponse:
    """Ends a session that nobody used for 8 hours, or that is 24 (accountants, admins: 12) old.

    After authentication, before anything that asks who it is.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not _is_fresh(request):
            logout(request)
        return get_response(request)

    return middleware


def _is_fresh(request: HttpRequest) -> bool:
    now = int(time.time())
    began = request.session.setdefault("began_at", now)
    seen = request.session.setdefault("seen_at", now)
    privileged = getattr(request.user, "role", "") in second_factor.ROLES
    longest = LONGEST_OF_THE_PRIVILEGED if privileged else LONGEST
    if now - seen > IDLE or now - began > longest:
        return False
    if now - seen > NOTED_EVERY and not _asks_by_itself(request):
        request.session["seen_at"] = now
        key = request.session.session_key
        UserSession.objects.filter(session_key=key).update(last_seen_at=timezone.now())
    return True


def _asks_by_itself(request: HttpRequest) -> bool:
    """An open page polls; that is nobody's doing."""
    return request.method == "GET" and is_htmx(request)


def insist(get_response: GetResponse) -> GetResponse:
    """Whoever must have a second factor and has none gets no further than setting it up."""

    def middleware(request: HttpRequest) -> HttpResponse:
        lacks = SimpleLazyObject(lambda: _lacks_factor(request))
        request.lacks_second_factor = lacks  # type: ignore[attr-defined]
        return get_response(request)

    def process_view(
        request: HttpRequest, view: Any, arguments: Any, named: Any
    ) -> HttpResponseBase | None:
        if not _is_open_without(request, view):
            return _to_set_up(request) if _lacks_factor(request) else None
        if request.method == "POST" and _name(request) in REMOVALS:
            return _keep_the_last(request)
        return None

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def _lacks_factor(request: HttpRequest) -> bool:
    user: Any = request.user
    if not user.is_authenticated or not second_factor.required(user):
        return False
    return not second_factor.enrolled(user)


def _name(request: HttpRequest) -> str:
    return (request.resolver_match and request.resolver_match.url_name) or ""


def _is_open_without(request: HttpRequest, view: Any) -> bool:
    """allauth's own pages are where it is set up; what is public asks nobody."""
    own = view.__module__.startswith("allauth.") or _name(request) in OPEN_WITHOUT
    return own or getattr(view, "roles", ()) == ("public",)


def _to_set_up(request: HttpRequest) -> HttpResponse:
    response = redirect("mfa_index")
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
    return response


def _keep_the_last(request: HttpRequest) -> HttpResponseBase | None:
    user: Any = request.user
    if not user.is_authenticated or not second_factor.required(user):
        return None
    if Authenticator.objects.filter(user=user, type__in=second_factor.BY_ITSELF).count() > 1:
        return None
    messages.error(request, _("Your role needs a second factor: add another one before."))
    return redirect("mfa_index")
