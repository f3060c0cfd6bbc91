"""What templates know of the person asking."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from access.actor import Nobody


def actor(request: HttpRequest) -> dict[str, Any]:
    return {"actor": getattr(request, "actor", Nobody()), "demo": settings.DEMO}
