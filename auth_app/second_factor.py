"""The second factor: who must have one, who has one, and is a typed code right?"""

from typing import Final

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db import transaction

from auth_app import audit
from auth_app.audit import Action
from auth_app.models import OwnStanding, User
from messaging.context import current_origin

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


@transaction.atomic
def reset(person: User, reason: str = "") -> bool:
    """For somebody who lost app, key and codes: they sign in without and set up anew.

    False when there is none. Raises `OwnStanding`: for oneself there are the pages of one's own.
    """
    if current_origin().actor == person.public_id:
        raise OwnStanding
    person.refresh_from_db(from_queryset=User.objects.get_queryset().select_for_update())
    count, _each = Authenticator.objects.filter(user=person).delete()
    if not count:
        return False
    audit.note(Action.FACTOR_RESET, person.public_id, reason=reason)
    person.end_sessions()
    return True
