"""Where allauth meets our people: signing up registers a worker, whatever the form carries (I1)."""

import logging
from functools import partial
from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auth_app.browsers import described
from auth_app.forms import validate_email_for_events
from auth_app.models import User
from pages import formats

log = logging.getLogger("ates.auth")

WAYS_TO_CONFIRM = {
    "reauthenticate": gettext_lazy("By your password"),
    "mfa_reauthenticate": gettext_lazy("By a code of the second factor"),
    "mfa_reauthenticate:webauthn": gettext_lazy("Use your key"),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "duplicate_email": gettext_lazy("This is your address already."),
        "email_password_mismatch": gettext_lazy("E-mail or password is wrong."),
        "email_taken": gettext_lazy("Somebody has this e-mail already."),
    }

    def clean_email(self, email: str) -> str:
        """Of whoever signs up or changes their address."""
        validate_email_for_events(email)
        return email

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.email = form.cleaned_data["email"].lower()
        user.name = form.cleaned_data["name"]
        known = request.LANGUAGE_CODE in User.Language.values
        user.language = request.LANGUAGE_CODE if known else settings.LANGUAGE_CODE
        user.set_password(form.cleaned_data["password1"])
        user.is_confirmed = False
        return user.join()

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Once what it is about is committed: a mail server may take its time, and nobody's row
        waits for it."""
        transaction.on_commit(partial(self._send, template_prefix, email, context))

    def _send(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In the language of whose account it is, whoever asked for it, and with links to where we
        are, whatever `Host` said. A mail server that is away is told to the person, not a reason
        to show them an error."""
        person = User.objects.get_queryset().filter(email=email.lower()).first()
        language = person.language if person else translation.get_language()
        links = {name: _here(url) for name, url in context.items() if name.endswith("_url")}
        zone = person.time_zone if person else ""
        try:
            with translation.override(language):
                super().send_mail(template_prefix, email, context | links | _told(context, zone))
        except (OSError, SMTPException) as error:
            log.error("a letter (%s) could not be sent: %s", template_prefix, type(error).__name__)
            if self.request:
                messages.error(self.request, _("The letter could not be sent. Try again later."))

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        ways = super().get_reauthentication_methods(user)
        return [
            way | {"description": WAYS_TO_CONFIRM.get(way["id"], way["description"])}
            for way in ways
        ]

    def set_password(self, user: User, password: str) -> None:
        user.change_password(password)


def _here(url: str) -> str:
    base: str = settings.BASE_URL
    return base + urlsplit(url)._replace(scheme="", netloc="").geturl()


def _told(context: dict[str, Any], zone: str) -> dict[str, str]:
    """When a change was made, on the clock of whom it is told to, and in which browser."""
    if "timestamp" not in context:
        return {}
    there = formats.zone_of(zone or "business")
    return {
        "when": f"{formats.moment(context['timestamp'], there.key)} ({there.key})",
        "browser": described(context["user_agent"]) or "—",
    }
