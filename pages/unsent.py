"""What somebody sent in vain, since their session had ended or changed: kept, and offered again.

It waits in the session of the browser that sent it. Nothing is done by itself: whoever comes back
may have come for something else, or be somebody else.
"""

import time
from dataclasses import dataclass
from typing import Any, Final

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.limits import LIMITS, take

KEY: Final = "unsent"
LONGEST: Final = 50_000  # characters, of everything together
KEPT: Final = 60 * 60
# Made for the page that is gone, or to be typed by whoever comes back.
NOT_KEPT: Final = ("csrfmiddlewaretoken", "password", "code", "token")
UNSEEN: Final = ("idempotency_key", "version", "stay")
NAMES: Final[dict[str, Promise]] = {
    "assignee": _("Assignee"),
    "description": _("Description"),
    "email": _("E-mail"),
    "jira_id": _("Jira key"),
    "language": _("Language"),
    "name": _("Name"),
    "reason": _("Reason"),
    "role": _("Role"),
    "title": _("Title"),
}


@dataclass(frozen=True, slots=True)
class Unsent:
    """`fields` are (name, value) as they were sent; `page` is where they were typed."""

    path: str
    page: str
    fields: list[tuple[str, str]]

    @property
    def shown(self) -> list[tuple[Any, str]]:
        """What a person typed, by the name it has for them."""
        return [
            (NAMES.get(name, ""), value)
            for name, value in self.fields
            if value and name not in UNSEEN
        ]


def keep(request: HttpRequest, page: str) -> bool:
    """Whether it could be kept: no files, nothing endless, and not by the thousand."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not any(part in name for part in NOT_KEPT)
    ]
    if request.FILES or sum(len(value) for _, value in fields) > LONGEST:
        return False
    if take("unsent", str(get_adapter().get_client_ip(request)), LIMITS["unsent"]):
        return False
    whose = getattr(request, "ended_session_of", "")
    request.session[KEY] = [request.get_full_path(), page, fields, whose, int(time.time())]
    return True


def kept(request: HttpRequest, who: Any) -> Unsent | None:
    """What is still to be sent by this person; somebody else's is nobody's."""
    if not (found := request.session.get(KEY)):
        return None
    path, page, fields, whose, at = found
    if time.time() - at > KEPT or whose not in ("", str(who)):
        return None
    return Unsent(path, page, [(name, value) for name, value in fields])
