"""What people meet on every page: their own language, and a clear no to a form filled in wrong."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

GetResponse = Callable[[HttpRequest], HttpResponse]


def speak(get_response: GetResponse) -> GetResponse:
    """Whoever has signed in is spoken to in the language and zone of their profile, everywhere.

    After authentication, inside Django's LocaleMiddleware, which resets what is set here.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return get_response(request)
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = translation.get_language() or request.LANGUAGE_CODE
        with timezone.override(request.user.time_zone or None):
            return get_response(request)

    return middleware


def refuse(get_response: GetResponse) -> GetResponse:
    """allauth answers an invalid form with 200, where every other form here answers 422."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and form and form.errors:
            response.status_code = 422
        return response

    return middleware
