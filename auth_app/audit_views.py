"""The audit log of people on a page."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from access.actor import ADMIN
from access.decorators import roles
from auth_app import audit_log
from auth_app.audit import Action
from pages.paging import keyset


class AuditForm(forms.Form):
    """Which records to show; what makes no sense filters nothing."""

    action = forms.ChoiceField(
        label=_("Deed"), required=False, choices=[("", _("any")), *Action.choices]
    )
    q = forms.CharField(label=_("Who or whom"), required=False, max_length=150)

    def chosen(self) -> Q:
        self.is_valid()
        chosen = Q()
        if action := self.cleaned_data.get("action"):
            chosen &= Q(action=action)
        if words := self.cleaned_data.get("q"):
            chosen &= Q(actor_name__icontains=words) | Q(person_name__icontains=words)
        return chosen


@require_safe
@roles(ADMIN)
def log(request: HttpRequest) -> HttpResponse:
    form = AuditForm(request.GET)
    page: Any = keyset(request, audit_log.records().filter(form.chosen()), by=("-id",))
    return render(request, "people/audit.html", {"form": form, "page": page})
