"""allauth's forms, with the words of the other pages: one name a field, and no second one in it."""

from typing import Any, Final

from allauth.account import app_settings, forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.forms import EmailField
from django.utils.translation import gettext_lazy as _

from auth_app.forms import NO_ADDRESS

LABELS: Final = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "oldpassword": _("Current password"),
    "password2": _("Once more"),
    "code": _("Code"),
}
NEW: Final = {"password1": _("New password")}


class Worded:
    """Mixed into a form of allauth's."""

    fields: dict[str, Any]
    labels: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, EmailField):
                field.error_messages["invalid"] = NO_ADDRESS


def worded(form: type, labels: dict[str, Any] | None = None, **more: Any) -> type:
    """`more` are attributes, for templates."""
    return type(form.__name__, (Worded, form), {"labels": LABELS | (labels or {}), **more})


LoginForm = worded(forms.LoginForm)
JoinForm = worded(forms.SignupForm)
AddEmailForm = worded(forms.AddEmailForm)
ChangePasswordForm = worded(forms.ChangePasswordForm, NEW)
SetPasswordForm = worded(forms.SetPasswordForm)
ResetPasswordForm = worded(forms.ResetPasswordForm)
ResetPasswordKeyForm = worded(forms.ResetPasswordKeyForm, NEW)
ReauthenticateForm = worded(forms.ReauthenticateForm)
RequestLoginCodeForm = worded(forms.RequestLoginCodeForm)
ConfirmLoginCodeForm = worded(
    forms.ConfirmLoginCodeForm, minutes=app_settings.LOGIN_BY_CODE_TIMEOUT // 60
)
ConfirmEmailForm = worded(
    forms.ConfirmEmailVerificationCodeForm,
    minutes=app_settings.EMAIL_VERIFICATION_BY_CODE_TIMEOUT // 60,
)
ActivateAppForm = worded(ActivateTOTPForm)
AuthenticateForm = worded(mfa_forms.AuthenticateForm)
ConfirmByCodeForm = worded(mfa_forms.ReauthenticateForm)
