"""What may be typed about people."""

from typing import TYPE_CHECKING, Any

import jsonschema_rs
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from auth_app.models import User
from auth_app.names import validate_name
from auth_app.zone_select import ZoneSelect

if TYPE_CHECKING:
    PersonForm = forms.ModelForm[User]
else:
    PersonForm = forms.ModelForm


NO_ADDRESS = _("This is no e-mail address.")
_ADDRESS = jsonschema_rs.Draft202012Validator({"format": "email"}, validate_formats=True)


def validate_email_for_events(email: str) -> None:
    """Events carry the address to every service, and their format is narrower than Django's."""
    if not _ADDRESS.is_valid(email):
        raise ValidationError(
            _("Use an address in Latin letters, with at most 64 characters before the @.")
        )


class SignupForm(forms.Form):
    """allauth adds e-mail and password; a role can't be chosen here (I1)."""

    name = forms.CharField(label=_("Name"), max_length=150, validators=[validate_name])
    field_order = ["name", "email", "password1"]

    def signup(self, request: Any, user: Any) -> None:
        """allauth calls this; AccountAdapter.save_user has done everything."""


class CreateForm(PersonForm):
    """A person whom an admin takes on; a letter invites them to choose a password."""

    class Meta:
        model = User
        fields = ["email", "name", "role", "language"]
        error_messages = {"email": {"invalid": NO_ADDRESS}}

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        validate_email_for_events(email)
        return email


class InvitationForm(forms.Form):
    """The password that an invited person chooses."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters."),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password, self.person)
        return password


class ReasonForm(forms.Form):
    """Why somebody decides about somebody else."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("Stays in the audit log.")
    )


class EditForm(PersonForm):
    """A person's name and role; who may not decide about the role sees it greyed.

    `version` is the state that the page showed.
    """

    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("Stays in the audit log.")
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = User
        fields = ["name", "role"]

    def __init__(self, *args: Any, may_change_role: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].disabled = not may_change_role
        self.fields["version"].initial = self.instance.version

    def show_again(self, version: int) -> None:
        """Keep what was typed, so that saving once more means it, over the newer state."""
        self.data = dict(self.data.items()) | {"version": str(version)}


class ProfileForm(PersonForm):
    """What people change about themselves."""

    class Meta:
        model = User
        fields = ["name", "language", "time_zone", "theme", "keys"]
        help_texts = {
            "language": _("Pages and letters are written in it."),
            "time_zone": _("For the times on pages. Money keeps the company’s days."),
            "keys": _("Press ? on any page for the list."),
        }
        labels = {"keys": _("Single keys work")}
        widgets = {"time_zone": ZoneSelect}


class FilterForm(forms.Form):
    """The list's filters, as they stand in the URL; what makes no sense filters nothing."""

    STATUSES = [("", _("everybody")), ("active", _("active")), ("inactive", _("inactive"))]

    q = forms.CharField(label=_("Search"), required=False, widget=forms.TextInput())
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("every role")), *User.Role.choices]
    )
    status = forms.ChoiceField(label=_("Status"), required=False, choices=STATUSES)
