"""Dangerous acts want to know that it is still the same person (OWASP ASVS 7.5)."""

import json
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import (
    STATE_SESSION_KEY,
    did_recently_reauthenticate,
)
from allauth.core.internal.httpkit import serialize_request
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect

from access.decorators import View

SECRET_HEADERS = ("HTTP_COOKIE", "HTTP_AUTHORIZATION")


def recently_authenticated(view: View) -> View:
    """Below `@roles`: what is sent (POST) by somebody who has not proved who they are for ten
    minutes waits until they have, and then goes on as it was typed."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or did_recently_reauthenticate(request):
            return view(request, *args, **kwargs)
        return _ask_again(request)

    guarded.recent = True  # type: ignore[attr-defined]
    return guarded


def _ask_again(request: HttpRequest) -> HttpResponse:
    """allauth resumes what is kept in the session when `next` is its path, query excluded."""
    request.session[STATE_SESSION_KEY] = {"request": _kept(request)}
    query = QueryDict(mutable=True)
    query["next"] = request.path
    ways = get_adapter().get_reauthentication_methods(request.user)
    address = f"{ways[0]['url']}?{query.urlencode(safe='/')}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _kept(request: HttpRequest) -> str:
    kept = json.loads(serialize_request(request))
    kept["META"] = {key: value for key, value in kept["META"].items() if key not in SECRET_HEADERS}
    return json.dumps(kept)
