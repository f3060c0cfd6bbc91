"""What `manage.py check --deploy` says of aTES's own settings, beside Django's own findings."""

import os
from typing import Any

from django.core.checks import CheckMessage, register
from django.core.checks import Warning as Complaint


@register(deploy=True)
def production_is_told(**_: Any) -> list[CheckMessage]:
    """What has a default that nobody in production can want, though everything would start."""
    found: list[CheckMessage] = []
    if "EMAIL_URL" not in os.environ:
        hint = "Letters about payouts and sign-ins go to localhost, port 25."
        found.append(Complaint("EMAIL_URL is not set.", hint=hint, id="ates.W001"))
    if "BASE_URL" not in os.environ:
        hint = "Links in letters and the issuer of tokens say http://localhost:8000."
        found.append(Complaint("BASE_URL is not set.", hint=hint, id="ates.W002"))
    return found
