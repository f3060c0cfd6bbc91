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


class Worded:
    """Mixed into a form of allauth's."""

    fields: dict[str, Any]
    labels: dict[str, Any] = LABELS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, EmailField):
                field.error_messages["invalid"] = NO_ADDRESS


class LoginForm(Worded, forms.LoginForm):  # type: ignore[misc]
    pass


class JoinForm(Worded, forms.SignupForm):  # type: ignore[misc]
    pass


class AddEmailForm(Worded, forms.AddEmailForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(Worded, forms.ChangePasswordForm):  # type: ignore[misc]
    labels = LABELS | {"password1": _("New password")}


class SetPasswordForm(Worded, forms.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(Worded, forms.ResetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(Worded, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    labels = LABELS | {"password1": _("New password")}


class ReauthenticateForm(Worded, forms.ReauthenticateForm):  # type: ignore[misc]
    pass


class RequestLoginCodeForm(Worded, forms.RequestLoginCodeForm):  # type: ignore[misc]
    pass


class ConfirmLoginCodeForm(Worded, forms.ConfirmLoginCodeForm):  # type: ignore[misc]
    minutes = app_settings.LOGIN_BY_CODE_TIMEOUT // 60


class ConfirmEmailForm(Worded, forms.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    minutes = app_settings.EMAIL_VERIFICATION_BY_CODE_TIMEOUT // 60


class ActivateAppForm(Worded, ActivateTOTPForm):  # type: ignore[misc]
    pass


class AuthenticateForm(Worded, mfa_forms.AuthenticateForm):  # type: ignore[misc]
    pass


class ConfirmByCodeForm(Worded, mfa_forms.ReauthenticateForm):  # type: ignore[misc]
    pass
