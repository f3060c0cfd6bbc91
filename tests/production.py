"""The environment of a sound production system, of which a secret is not one."""

from typing import Final

PRODUCTION: Final = {
    "ALLOWED_HOSTS": "ates.popug.example",
    "BASE_URL": "https://ates.popug.example",
    "DEMO": "0",
    "EMAIL_URL": "smtp+tls://ates:secret@mail.popug.example:587",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-=",
}
