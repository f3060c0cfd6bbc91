"""What somebody sent in vain, since their session had ended or changed: kept, and offered again.

It waits in the session of the browser that sent it. Nothing is done by itself: whoever comes back
may have come for something else, or be somebody else, who is not shown it. Whose a session was that
is gone nobody can tell; so a cookie outlives it, which only its owner can be matched with.
"""

import time
from dataclasses import dataclass
from typing import Any, Final

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac
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


def note_typist(request: HttpRequest, response: HttpResponse) -> None:
    """Have the browser of whoever is signed in remember that it was theirs."""
    mark = _mark(request.user)
    if request.COOKIES.get(settings.TYPIST_COOKIE_NAME) != mark:
        response.set_cookie(
            settings.TYPIST_COOKIE_NAME,
            mark,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def keep(request: HttpRequest, page: str) -> bool:
    """Whether it could be kept: no files, nothing endless, not by the thousand, and known whose."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not any(part in name for part in NOT_KEPT)
    ]
    known = request.user.is_authenticated
    whose = _mark(request.user) if known else request.COOKIES.get(settings.TYPIST_COOKIE_NAME)
    if not whose or request.FILES or sum(len(value) for _, value in fields) > LONGEST:
        return False
    if take("unsent", str(get_adapter().get_client_ip(request)), LIMITS["unsent"]):
        return False
    request.session[KEY] = [request.get_full_path(), page, fields, whose, int(time.time())]
    return True


def kept(request: HttpRequest) -> Unsent | None:
    """What is still to be sent by whoever is signed in; somebody else's is nobody's."""
    if not (found := request.session.get(KEY)):
        return None
    path, page, fields, whose, at = found
    if time.time() - at > KEPT or not constant_time_compare(whose, _mark(request.user)):
        return None
    return Unsent(path, page, [(name, value) for name, value in fields])


def _mark(person: Any) -> str:
    """Tells nobody who it is, and is the same at every sign-in."""
    return salted_hmac("pages.unsent", str(person.public_id), algorithm="sha256").hexdigest()
