"""What belongs to no service: how pages look, and what was typed in vain."""

from typing import cast

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from access.actor import ActorRequest
from access.decorators import everyone
from pages import unsent
from pages.middleware import is_htmx

THEMES = ("auto", "light", "dark")


@require_POST
@everyone
def set_theme(request: HttpRequest) -> HttpResponse:
    """Kept in the profile, written past `change`: no other service cares for it."""
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        return HttpResponse("unknown theme\n", status=422, content_type="text/plain")
    people = get_user_model()._default_manager
    people.filter(public_id=cast("ActorRequest", request).actor.id).update(theme=theme)
    if cast("ActorRequest", request).htmx:
        return HttpResponse(status=204)
    return HttpResponseRedirect(_way_back(request))


@require_safe
@everyone
def show_unsent(request: HttpRequest) -> HttpResponse:
    """After signing in: what was typed before, to be sent with one click."""
    found = unsent.kept(request)
    return render(request, "unsent.html", {"unsent": found}) if found else redirect("home")


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of ours that is older than the session, since its reader signed in in another tab.

    A form of another site is refused and not kept: nobody shall be talked into sending it.
    """
    origin = f"{request.scheme}://{request.get_host()}"
    ours = request.headers.get("Origin") == origin and request.user.is_authenticated
    if ours and unsent.keep(request, _way_back(request)):
        return redirect("unsent")
    answer = csrf_failure(request, reason)
    if is_htmx(request) and not request.user.is_authenticated:  # the page stays, and what is typed
        words = _("You are not signed in any more. Sign in in another tab, then send this again.")
        trigger_client_event(answer, "toast", {"items": [{"text": words, "kind": "error"}]})
    return answer


def _way_back(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    known = url_has_allowed_host_and_scheme(
        referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return referer if known else "/"
