"""What the frame of a page knows: the menu, and how its reader wants it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from access.actor import Nobody
from pages.navigation import ROLE_NAMES, address, menu


def page(request: HttpRequest) -> dict[str, Any]:
    actor = getattr(request, "actor", Nobody())
    user = getattr(request, "user", None)
    navigation = menu(actor.role, request.path) if actor.is_authenticated else []
    return {
        "navigation": navigation,
        "here": next(
            (link.url for group in navigation for link in group["links"] if link.current), ""
        ),
        "role_name": ROLE_NAMES.get(actor.role, ""),
        "create_url": address("tasks:create"),
        "theme": getattr(user, "theme", "auto"),
        "business_zone": settings.BUSINESS_TIME_ZONE,
        "own_zone": getattr(user, "time_zone", ""),
        "keys_work": getattr(user, "keys", True),
        "mail_is_kept": settings.MAIL_IS_KEPT and settings.LOCAL,
    }
