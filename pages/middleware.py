"""What HTML answers have in common: never cached, and at home in a page that htmx updates."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import trigger_client_event

from pages import unsent

GetResponse = Callable[[HttpRequest], HttpResponse]
SENSES = (
    "accelerometer autoplay camera display-capture geolocation gyroscope hid"
    " magnetometer microphone midi payment screen-wake-lock serial usb xr-spatial-tracking"
)
NOTHING_ALLOWED = ", ".join(f"{sense}=()" for sense in SENSES.split())


def harden(get_response: GetResponse) -> GetResponse:
    """No page here wants the browser's senses, and no other site wants our pages."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Permissions-Policy", NOTHING_ALLOWED)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def serve_pages(get_response: GetResponse) -> GetResponse:
    """Stands outside the one that asks people to sign in, to see its redirects.

    What a form did by way of htmx leads to a whole page, as it would without.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if request.user.is_authenticated:
            unsent.note_typist(request, response)
            if not response.has_header("Cache-Control"):
                add_never_cache_headers(response)
        if _asks_to_sign_in(response):
            return _to_sign_in(request, response)
        if response.status_code == 405 and not is_htmx(request):
            _say_what_it_is(request, response)
        if is_htmx(request) and request.method == "POST" and response.has_header("Location"):
            away = HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
            away.cookies = response.cookies  # what is to be said on the next page is among them
            return away
        return response

    return middleware


def show_toasts(get_response: GetResponse) -> GetResponse:
    """A view says `messages.success(…)`; a whole page shows it, and so does a page htmx updates."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if is_htmx(request) and not _leaves_the_page(response):
            _turn_messages_into_toasts(request, response)
        return response

    return middleware


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _leaves_the_page(response: HttpResponse) -> bool:
    ways_out = ("Location", "HX-Redirect", "HX-Refresh", "HX-Location")
    return any(response.has_header(way) for way in ways_out)


def _asks_to_sign_in(response: HttpResponse) -> bool:
    if response.status_code != 302:
        return False
    address = urlsplit(response["Location"])  # whoever signs out is led there too, to stay
    asks = address.path == resolve_url(settings.LOGIN_URL)
    return asks and REDIRECT_FIELD_NAME in QueryDict(address.query)


def _to_sign_in(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The whole page goes to sign in and comes back to where it was, not to a fragment, and not to
    an address that only takes what was typed; that is kept meanwhile."""
    if request.method != "POST" and not is_htmx(request):
        return response
    page = _page_of(request)
    query = QueryDict(mutable=True)
    kept = request.method == "POST" and unsent.keep(request, page)
    query["next"] = resolve_url("unsent") if kept else page
    sign_in = f"{resolve_url(settings.LOGIN_URL)}?{query.urlencode(safe='/')}"
    if is_htmx(request):
        return HttpResponse(status=204, headers={"HX-Redirect": sign_in})
    return HttpResponseRedirect(sign_in)


def _say_what_it_is(request: HttpRequest, response: HttpResponse) -> None:
    """Somebody opened the address of a form's button: a page says so, where Django says nothing."""
    response.content = render_to_string("405.html", request=request)
    response["Content-Type"] = "text/html; charset=utf-8"


def _page_of(request: HttpRequest) -> str:
    """Where the person is, as their browser says."""
    current = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(current, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(current)
    page = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return page if url_has_allowed_host_and_scheme(page, allowed_hosts=None) else "/"


def _turn_messages_into_toasts(request: HttpRequest, response: HttpResponse) -> None:
    toasts = [
        {"text": str(message), "kind": message.level_tag} for message in get_messages(request)
    ]
    if toasts:
        trigger_client_event(response, "toast", {"items": toasts})
