"""What every export of the ledger says above its table."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _


def notes(words: str, **facts: Any) -> list[str]:
    """The lines above an export: which days it is about, where they begin, what its figures are."""
    zone = {"zone": settings.BUSINESS_TIME_ZONE}
    return [words % (facts | zone), _("Amounts in cents, USD")]
