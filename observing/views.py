"""`/metrics`, for Prometheus: whoever has METRICS_TOKEN, or on one's own machine anybody there."""

from hmac import compare_digest
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from access.decorators import public
from observing.exposition import exposition


@require_safe
@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Without a token in the environment there is nothing here, but for local visitors."""
    if not settings.METRICS_TOKEN and not _is_local(request):
        raise Http404
    if settings.METRICS_TOKEN and not _has_token(request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "")
    return compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())


def _is_local(request: HttpRequest) -> bool:
    """Not through a proxy, which would make everybody local."""
    if not settings.LOCAL or "X-Forwarded-For" in request.headers:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
