"""Everybody's accounts (B7), and those in the red."""

from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from access.actor import ActorRequest
from access.decorators import roles
from access.limits import limited
from billing_app import reports
from billing_app.exports import export
from billing_app.forms import AccountsForm, DebtsForm, person
from billing_app.models import Account
from billing_app.permissions import KEEPERS
from messaging.business_day import today
from pages.forms import unprocessable
from pages.paging import keyset
from pages.totals import totals


@require_safe
@roles(*KEEPERS)
def accounts(request: ActorRequest) -> HttpResponse:
    """Everyone's account with its balance."""
    form = AccountsForm(request.GET)
    found = _accounts(form)
    context = {
        "form": form,
        "page": keyset(request, found, by=["name", "id"]),
        "totals": totals(found, cents=Sum("balance_cents")),
    }
    return render(request, "billing/accounts.html", context, status=200 if form.is_valid() else 422)


@require_safe
@roles(*KEEPERS)
@limited("export", method="GET")
def accounts_export(request: ActorRequest) -> HttpResponseBase:
    form = AccountsForm(request.GET)
    if not form.is_valid():
        return unprocessable(form)
    found = _accounts(form).order_by("name", "id")
    columns = ["account_id", "name", "role", "active", "balance_cents"]
    fields = ["public_id", "name", "role", "is_active", "balance_cents"]
    return export(request, "accounts", columns, found.values_list(*fields).iterator())


@require_safe
@roles(*KEEPERS)
def debts(request: ActorRequest) -> HttpResponse:
    """Who is in the red, and since which business day."""
    form = DebtsForm(request.GET)
    if not form.is_valid():
        return render(request, "billing/debts.html", {"form": form}, status=422)
    context = {
        "form": form,
        "page": keyset(request, form.rows(), by=form.order()),
        "totals": totals(form.rows(), cents=Sum("balance_cents")),
    }
    return render(request, "billing/debts.html", context)


@require_safe
@roles(*KEEPERS)
@limited("export", method="GET")
def debts_export(request: ActorRequest) -> HttpResponseBase:
    form = DebtsForm(request.GET)
    if not form.is_valid():
        return unprocessable(form)
    columns = ["account_id", "name", "balance_cents", "since", "days"]
    rows = (
        (debt.account.public_id, debt.account.name, debt.balance_cents, debt.since, debt.days)
        for debt in form.rows().order_by(*form.order()).iterator(chunk_size=2_000)
    )
    return export(request, "debts", columns, rows, (today(), today()))


def _accounts(form: AccountsForm) -> "QuerySet[Account, Any]":
    found = reports.with_balance(Account.objects.all())
    if not form.is_valid():
        return found
    found = found.filter(person("pk", form.cleaned_data["q"]))
    sign = {"red": Q(balance_cents__lt=0), "black": Q(balance_cents__gt=0)}
    return found.filter(sign.get(form.cleaned_data["balance"], Q()))
