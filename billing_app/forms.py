"""What may be asked of the ledger."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing_app.models import Payout
from messaging.business_day import today

DAYS_SHOWN = 30


def date_field(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, input_formats=["%Y-%m-%d"], widget=widget)


class DayForm(forms.Form):
    """One business day; today without a choice."""

    day = date_field(_("Day"))

    @staticmethod
    def defaults() -> dict[str, str]:
        return {"day": today().isoformat()}

    def chosen(self) -> date:
        return self.cleaned_data["day"] or today()


class SpanForm(forms.Form):
    """A span of business days; the last thirty without a choice."""

    from_ = date_field(_("From"))
    to = date_field(_("To"))

    @staticmethod
    def defaults() -> dict[str, str]:
        first = today() - timedelta(days=DAYS_SHOWN - 1)
        return {"from": first.isoformat(), "to": today().isoformat()}

    def add_prefix(self, field_name: str) -> str:
        return super().add_prefix(field_name.rstrip("_"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["to"] = data.get("to") or today()
        data["from_"] = data.get("from_") or data["to"] - timedelta(days=DAYS_SHOWN - 1)
        if data["from_"] > data["to"]:
            self.add_error("from_", _("The span begins after it ends."))
        return data


class AccountsForm(forms.Form):
    """Which accounts to list."""

    q = forms.CharField(label=_("Name or e-mail"), required=False, max_length=150)
    balance = forms.ChoiceField(
        label=_("Balance"),
        required=False,
        choices=[("", _("any")), ("red", _("in the red")), ("black", _("in the black"))],
    )


class PayoutsForm(forms.Form):
    """Which payouts to list."""

    day = date_field(_("Day"))
    state = forms.ChoiceField(
        label=_("Notice"), required=False, choices=[("", _("any")), *Payout.State.choices]
    )


class CloseForm(forms.Form):
    """Closing asks which day is meant, so that a page left open since yesterday closes no other."""

    early = forms.BooleanField(required=False)


def person(prefix: str, words: str) -> Q:
    """Accounts whose name or e-mail has these words; `prefix` leads to the account."""
    if not words:
        return Q()
    return Q(**{f"{prefix}name__icontains": words}) | Q(**{f"{prefix}email__icontains": words})
