"""Whoever has signed in is spoken to in the language of their profile, on every machine."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation


def speak(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """After authentication, inside Django's LocaleMiddleware, which resets what is set here."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language() or request.LANGUAGE_CODE
        return get_response(request)

    return middleware
