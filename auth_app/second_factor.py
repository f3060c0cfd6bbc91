"""The second factor: who must have one, who has one, and is a typed code right?"""

from typing import Final

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

from auth_app.models import User

ROLES: Final = (User.Role.ACCOUNTANT, User.Role.ADMIN)
BY_ITSELF: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def required(user: User) -> bool:
    """Whoever sees others' money must have one; of the demo people nobody, while it is a demo."""
    return user.role in ROLES and not (settings.DEMO and user.is_demo)


def enrolled(user: User) -> bool:
    """Whoever has one is asked for it at every sign-in, required or not."""
    return bool(is_mfa_enabled(user, BY_ITSELF))


def verify(user: User, code: str) -> bool:
    """Is this the code of their app, or a recovery code? Each counts once.

    It can be guessed: whoever calls this limits how often.
    """
    for authenticator in Authenticator.objects.filter(user=user).exclude(
        type=Authenticator.Type.WEBAUTHN
    ):
        if authenticator.wrap().validate_code(code):
            authenticator.record_usage()
            return True
    return False
