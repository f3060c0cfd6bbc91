"""Where allauth's second factors meet our database: what unlocks an account is kept encrypted."""

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """A copy of the database alone opens no account. After a change of `SECRET_KEY` the older one
    in `SECRET_KEY_FALLBACKS` still reads what it wrote."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "unverified_email": _("The e-mail address must be confirmed first."),
    }

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([_key(secret) for secret in secrets])


def _key(secret: str) -> Fernet:
    digest = hashlib.sha256(b"second factors:" + secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
