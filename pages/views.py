"""The one thing a person can change on every page: how it looks."""

from typing import cast

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from access.actor import ActorRequest
from access.decorators import everyone

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


def _way_back(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    known = url_has_allowed_host_and_scheme(
        referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return referer if known else "/"
