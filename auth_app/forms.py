"""What may be typed about people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SignupForm(forms.Form):
    """allauth adds e-mail and password; a role can't be chosen here (I1)."""

    name = forms.CharField(label=_("Name"), max_length=150)
    field_order = ["name", "email", "password1"]

    def signup(self, request: Any, user: Any) -> None:
        """allauth calls this; AccountAdapter.save_user has done everything."""
