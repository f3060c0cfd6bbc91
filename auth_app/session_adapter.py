"""Where allauth ends sessions: "end all others" signs out of the API too."""

from collections.abc import Sequence
from typing import Any

from allauth.usersessions.adapter import DefaultUserSessionsAdapter

from auth_app.refresh import TokenFamily, end_refresh_families


class SessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]
    def end_sessions(self, sessions: Sequence[Any]) -> None:
        """allauth hands over sessions of the one who is signed in."""
        super().end_sessions(sessions)
        for person in {session.user for session in sessions}:
            end_refresh_families(person, TokenFamily.Why.SIGNED_OUT)
