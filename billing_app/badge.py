"""The number beside "Corrections" in the menu of those who may decide them."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from access.actor import Nobody
from billing_app.models import Correction
from billing_app.permissions import KEEPERS


def waiting_corrections(request: HttpRequest) -> dict[str, Any]:
    """Counted only by a page that shows the menu; fragments never ask."""
    if not getattr(request, "actor", Nobody()).has(*KEEPERS):
        return {}
    count = SimpleLazyObject(lambda: Correction.objects.waiting().count())
    return {"waiting_corrections": count}
