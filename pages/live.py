"""Fragments that a page polls: 304 while nothing changed, so an idle page costs next to nothing.

htmx keeps the `HX-PTag` of the last answer per element (hx-ptag) and sends it back. An ETag would
not do: pages are `no-store`, so the browser keeps nothing to revalidate.
"""

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

View = Callable[..., HttpResponse]
# Fresh in every rendering, though nothing changed.
EVER_NEW = re.compile(rb'name="(?:csrfmiddlewaretoken|idempotency_key)" value="[^"]*"')


def live(view: View) -> View:
    """Answer 304 when the polling element already shows what would be sent."""

    @wraps(view)
    def polled(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 200:
            return response
        tag = tag_of(response.content)
        if request.headers.get("HX-PTag") == tag:
            response = HttpResponseNotModified()
        response["HX-PTag"] = tag
        return response

    return polled


def tag_of(body: bytes) -> str:
    return hashlib.blake2s(EVER_NEW.sub(b"", body), digest_size=12).hexdigest()
