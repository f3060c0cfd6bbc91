"""The JSON API: one router per installed service, and how anything that goes wrong is told."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern
from django.utils.module_loading import import_string
from ninja import NinjaAPI

from api.bearer import nobody
from api.handlers import handle_exceptions
from api.shapes import StrictParser

DESCRIPTION = """\
Ask for a pair of tokens with `POST /token` and send the access token as `Authorization: Bearer …`.
It lasts five minutes; `POST /token/refresh` gives the next pair, and a refresh token is good once.
Refusals are problem documents (RFC 9457). Lists come in pages: follow `next`. Money is integer
cents, times are RFC 3339 in UTC, days are business days. Every POST that creates or moves something
takes an `Idempotency-Key`."""

api = NinjaAPI(
    title="aTES",
    version="1",
    description=DESCRIPTION,
    servers=[{"url": "/api/v1"}],
    urls_namespace="api",
    auth=nobody,
    parser=StrictParser(),
    openapi_url=None,
    docs_url=None,
)
handle_exceptions(api)
for app in [f"{service}_app" for service in settings.SERVICES] + ["messaging"]:
    api.add_router("", import_string(f"{app}.api.calls").router)


def routes() -> list[URLPattern]:
    """Open to requests without a session: tokens alone count here."""
    patterns = [route for route in api.urls[0] if isinstance(route, URLPattern)]
    patterns = [route for route in patterns if route.name != "api-root"]  # a 404, like any other
    for route in patterns:
        route.callback = login_not_required(route.callback)
    return patterns
