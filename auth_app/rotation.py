"""A session gets another key whenever somebody has proved anew who they are (OWASP ASVS 7.2.4).

Django does so at sign-in; when allauth asks again it doesn't, and says so by a signal only.
"""

from typing import Any

from allauth.usersessions.models import UserSession
from django.http import HttpRequest


def rotate(request: HttpRequest, reauthenticated: bool = False, **_step: Any) -> None:
    if not reauthenticated:
        return
    before = request.session.session_key
    request.session.cycle_key()
    after = request.session.session_key
    UserSession.objects.filter(session_key=before).update(session_key=after)
