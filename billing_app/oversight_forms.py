"""What may be asked of corrections and of the audit log."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from billing_app.forms import person
from billing_app.models import Account, Action, AuditRecord, Correction
from billing_app.reports import name_of
from messaging.business_day import business_zone
from pages.forms import FromTo, date_field


class CorrectionForm(forms.Form):
    """Why an entry is wrong."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Stays on record, and on the statement of the person."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CorrectionsForm(forms.Form):
    """Which corrections to list."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("any")), *Correction.State.choices]
    )
    q = forms.CharField(label=_("Name or e-mail"), required=False, max_length=150)

    def rows(self) -> "QuerySet[Correction, Any]":
        """Those that wait come first (`rank`)."""
        asked = self.cleaned_data
        found = Correction.objects.filter(person("entry__account", asked["q"])).with_rank()
        found = found.filter(state=asked["state"]) if asked["state"] else found
        named = found.annotate(asker=name_of("requested_by"), decider=name_of("decided_by"))
        return named.select_related("entry__account", "entry__reversed_by")


class AuditForm(FromTo):
    """Which part of the audit log to show."""

    action = forms.ChoiceField(
        label=_("Deed"), required=False, choices=[("", _("any")), *Action.choices]
    )
    q = forms.CharField(label=_("Who: name or e-mail"), required=False, max_length=150)
    thing = forms.CharField(label=_("What"), required=False, max_length=200)
    from_ = date_field(_("From"))
    to = date_field(_("To"))

    def rows(self) -> "QuerySet[AuditRecord, Any]":
        asked = self.cleaned_data
        chosen = Q(object__icontains=asked["thing"]) & _within(asked["from_"], asked["to"])
        if asked["action"]:
            chosen &= Q(action=asked["action"])
        if asked["q"]:
            people = Account.objects.filter(person("pk", asked["q"]))
            chosen &= Q(actor__in=people.values("public_id"))
        return AuditRecord.objects.filter(chosen).annotate(person=name_of("actor"))


def _within(first: Any, last: Any) -> Q:
    """From the first moment of the one business day to the last of the other."""
    bounds = {"at__gte": first, "at__lt": last and last + timedelta(days=1)}
    moments = {
        bound: datetime.combine(day, time.min, business_zone())
        for bound, day in bounds.items()
        if day
    }
    return Q(**moments)
