"""Everybody's accounts (B7)."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from access.actor import ActorRequest
from access.decorators import roles
from billing_app import reports
from billing_app.exports import notes
from billing_app.forms import AccountsForm, person
from billing_app.models import Account
from billing_app.permissions import KEEPERS
from pages.export import csv_response
from pages.paging import keyset

Answer = HttpResponse


@require_safe
@roles(*KEEPERS)
def accounts(request: ActorRequest) -> Answer:
    """Everyone's account with its balance (B7)."""
    form = AccountsForm(request.GET)
    found = _accounts(form)
    page = keyset(request, found, by=["name", "id"])
    context = {"form": form, "page": page}
    return render(request, "billing/accounts.html", context, status=200 if form.is_valid() else 422)


@require_safe
@roles(*KEEPERS)
def accounts_export(request: ActorRequest) -> HttpResponseBase:
    found = _accounts(AccountsForm(request.GET)).order_by("name", "id")
    return csv_response(
        "accounts.csv",
        columns=["account_id", "name", "role", "active", "balance_cents"],
        rows=(
            (row.public_id, row.name, row.role, row.is_active, row.balance_cents)
            for row in found.iterator()
        ),
        notes=notes(_("Business days in %(zone)s")),
    )


def _accounts(form: AccountsForm) -> "QuerySet[Account, Any]":
    found = reports.with_balance(Account.objects.all())
    if not form.is_valid():
        return found
    found = found.filter(person("", form.cleaned_data["q"]))
    sign = {"red": Q(balance_cents__lt=0), "black": Q(balance_cents__gt=0)}
    return found.filter(sign.get(form.cleaned_data["balance"], Q()))
