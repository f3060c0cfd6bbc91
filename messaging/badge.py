"""The number beside "Dead letters" in the menu of those who can do something about them."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from access.actor import ADMIN, Nobody
from messaging.models import DeadLetter


def parked_letters(request: HttpRequest) -> dict[str, Any]:
    """Counted only by a page that shows the menu; fragments never ask."""
    if not getattr(request, "actor", Nobody()).has(ADMIN):
        return {}
    return {"parked_letters": SimpleLazyObject(lambda: DeadLetter.objects.parked().count())}
