"""What the frame of a page knows: the menu, the theme."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from access.actor import Nobody
from pages.navigation import ROLE_NAMES, address, menu


def page(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", Nobody())
    theme = getattr(getattr(request, "user", None), "theme", "auto")
    return {
        "navigation": menu(actor.role, request.path) if actor.is_authenticated else [],
        "role_name": ROLE_NAMES.get(actor.role, ""),
        "create_url": address("tasks:create"),
        "theme": theme,
        "business_zone": settings.BUSINESS_TIME_ZONE,
    }
