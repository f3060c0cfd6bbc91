"""Anybody may sign up, with anybody's address: who has not shown that it is theirs gets no tasks.

Services hear of them as of somebody inactive: there is an account from registration on (B1).
"""

from typing import Any

from allauth.account.models import EmailAddress

from auth_app.models import User


def address_confirmed(email_address: EmailAddress, **_: Any) -> None:
    email_address.user.confirm()


def signed_in(user: User, **_: Any) -> None:
    """Nobody signs in unconfirmed, so this makes good what a crash after the confirmation undid."""
    user.confirm()
