"""Where allauth meets our people: signing up registers a worker, whatever the form carries (I1)."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from auth_app.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.email = form.cleaned_data["email"].lower()
        user.name = form.cleaned_data["name"]
        user.language = (
            request.LANGUAGE_CODE if request.LANGUAGE_CODE in User.Language.values else "en"
        )
        user.set_password(form.cleaned_data["password1"])
        return user.join()
