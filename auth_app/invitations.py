"""A person whom an admin takes on gets a letter with a link, and chooses their own password there.

The link is signed, works for three days and once: what is signed holds a fingerprint of the
password, so it is worthless as soon as there is one. Whoever follows it has read the letter, so the
address is proved too.
"""

from typing import Final

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from auth_app import audit
from auth_app.audit import Action
from auth_app.models import User

DAYS: Final = 3
SALT: Final = "auth_app.invitation"


class Worthless(Exception):
    """The link is too old, used up, not ours, or of somebody who was dismissed meanwhile."""


def is_open(person: User) -> bool:
    """May the person be invited (again)? Whoever has a password signs in by it."""
    return person.is_active and not person.has_usable_password()


def invite(person: User) -> None:
    """Send the letter, outside any transaction. Raises `OSError`, `SMTPException` when it can't."""
    link = settings.BASE_URL + reverse("people:accept", args=[token_for(person)])
    with translation.override(person.language):
        context = {"person": person, "link": link, "days": DAYS}
        body = render_to_string("people/mail/invitation.txt", context)
        EmailMessage(_("Welcome to aTES"), body.strip(), to=[person.email]).send()
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(invited_at=timezone.now())
        audit.note(Action.INVITED, person.public_id)


def token_for(person: User) -> str:
    content = {"id": str(person.public_id), "state": _fingerprint(person)}
    return signing.dumps(content, salt=SALT)


def invited(token: str, *, lock: bool = False) -> User:
    """The person to whom the link was sent. Raises `Worthless`."""
    try:
        content = signing.loads(token, salt=SALT, max_age=DAYS * 24 * 60 * 60)
    except signing.BadSignature as error:
        raise Worthless from error
    people = User.objects.get_queryset().filter(public_id=content["id"])
    person = (people.select_for_update() if lock else people).first()
    if not person or not is_open(person) or content["state"] != _fingerprint(person):
        raise Worthless
    return person


@transaction.atomic
def accept(token: str, password: str) -> User:
    """Set the password and take the address as proved; of two at once, one. Raises `Worthless`."""
    person = invited(token, lock=True)
    person.change_password(password)
    person.vouch_for_email()
    return person


def _fingerprint(person: User) -> str:
    state = f"{person.password}:{person.email}"
    return salted_hmac(SALT, state, algorithm="sha256").hexdigest()[:32]
