"""The second factor: who must have one, who has one, and is a typed code right?"""

from typing import Any, Final

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.conf import settings
from django.db import transaction

from auth_app import audit
from auth_app.audit import Action
from auth_app.models import OwnStanding, User
from auth_app.refresh import TokenFamily, end_refresh_families
from messaging.context import current_origin

ROLES: Final = (User.Role.ACCOUNTANT, User.Role.ADMIN)
BY_ITSELF: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
ADDED: Final = {
    Authenticator.Type.TOTP: Action.APP_ADDED,
    Authenticator.Type.WEBAUTHN: Action.KEY_ADDED,
    Authenticator.Type.RECOVERY_CODES: Action.CODES_MADE,
}
REMOVED: Final = {
    Authenticator.Type.TOTP: Action.APP_REMOVED,
    Authenticator.Type.WEBAUTHN: Action.KEY_REMOVED,
}


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


def added(instance: Authenticator, created: bool, **_: Any) -> None:
    if created:
        _changed_by_themselves(instance, ADDED.get(instance.type))


def removed(instance: Authenticator, **_: Any) -> None:
    _changed_by_themselves(instance, REMOVED.get(instance.type))


@transaction.atomic
def _changed_by_themselves(authenticator: Authenticator, action: Action | None) -> None:
    """Whoever is signed in elsewhere has not shown the new factor: they do, or they are out; nobody
    signs in between (`tokens.sign_in`). What programs and other people change is theirs to settle
    (`reset`)."""
    request, person = context.request, authenticator.user
    User.objects.get_queryset().select_for_update(no_key=True).get(pk=person.pk)
    if request is None or request.user != person:
        return
    if action:
        audit.note(action, person.public_id)
    end_other_sessions(request, person)
    end_refresh_families(person, TokenFamily.Why.FACTOR)
