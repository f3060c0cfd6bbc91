"""Where allauth meets our people: signing up registers a worker, whatever the form carries (I1)."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from auth_app.forms import validate_email_for_events
from auth_app.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
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
        return user.join()

    def set_password(self, user: User, password: str) -> None:
        user.change_password(password)
