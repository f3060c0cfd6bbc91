"""The journal and the trial balance: every figure can be followed to its entries."""

from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from access.actor import ActorRequest
from access.decorators import everyone, roles
from access.limits import limited
from billing_app import board
from billing_app import trial_balance as balances
from billing_app.exports import export
from billing_app.forms import EntriesForm, SpanForm
from billing_app.models import Account, Entries, Entry, Kind, Task
from billing_app.permissions import KEEPERS
from pages.forms import unprocessable
from pages.paging import keyset
from pages.totals import totals

NEWEST = ["-day", "-id"]
COLUMNS = ["entry", "day", "occurred_at", "account_id", "name", "kind", "jira_id", "task"]
COLUMNS += ["debit_cents", "credit_cents", "event_id"]
FIELDS = ["pk", "day", "occurred_at", "account__public_id", "account__name", "kind", "jira_id"]
FIELDS += ["title", "amount_cents", "event_id"]
KINDS = {kind.value: kind.name.lower() for kind in Kind}
BALANCE_COLUMNS = ["account", "opening_debit_cents", "opening_credit_cents", "debit_cents"]
BALANCE_COLUMNS += ["credit_cents", "closing_debit_cents", "closing_credit_cents"]


@require_safe
@everyone
def entries(request: ActorRequest) -> HttpResponse:
    """The entries behind a figure: everyone's for accountants, one's own for everybody else."""
    return _entries_page(request, _visible(request), "billing/entries.html")


@require_safe
@everyone
@limited("export", method="GET")
def entries_export(request: ActorRequest) -> HttpResponseBase:
    return _entries_export(request, "entries", _visible(request))


@require_safe
@roles(*KEEPERS)
def late(request: ActorRequest) -> HttpResponse:
    """What was booked on a later day than it happened, because its own was closed."""
    return _entries_page(request, Entry.objects.late(), "billing/late.html")


@require_safe
@roles(*KEEPERS)
@limited("export", method="GET")
def late_export(request: ActorRequest) -> HttpResponseBase:
    return _entries_export(request, "late", Entry.objects.late())


@require_safe
@roles(*KEEPERS)
def trial_balance(request: ActorRequest) -> HttpResponse:
    """Debits and credits of every class of account over a span; both sides are equal."""
    form = SpanForm(SpanForm.defaults() | request.GET.dict())
    context: dict[str, Any] = {"form": form, "presets": board.presets()}
    if form.is_valid():
        lines = balances.trial_balance(*form.shown())
        context |= {"lines": lines, "totals": balances.totals(lines), "span": form.span()}
    status = 200 if form.is_valid() else 422
    return render(request, "billing/trial_balance.html", context, status=status)


@require_safe
@roles(*KEEPERS)
@limited("export", method="GET")
def trial_balance_export(request: ActorRequest) -> HttpResponseBase:
    form = SpanForm(request.GET)
    if not form.is_valid():
        return unprocessable(form)
    lines = balances.trial_balance(*form.shown())
    rows = [(line.code, *line.columns) for line in lines]
    rows.append(("", *balances.totals(lines)))
    return export(request, "trial-balance", BALANCE_COLUMNS, rows, form.span())


def _visible(request: ActorRequest) -> Entries:
    """Accountants and admins see everyone's, everybody else only their own (B7)."""
    if request.actor.has(*KEEPERS):
        return Entry.objects.all()
    return Entry.objects.of(request.actor.id)


def _entries_page(request: ActorRequest, visible: Entries, template: str) -> HttpResponse:
    form = EntriesForm.asked(request.GET)
    context: dict[str, Any] = {"form": form, "keeper": request.actor.has(*KEEPERS)}
    if not form.is_valid():
        return render(request, template, context, status=422)
    context |= _about(form, keeper=context["keeper"])
    found = form.rows(visible)
    context["page"] = keyset(
        request, _told(found).select_related("account", "reversed_by"), by=NEWEST
    )
    context["totals"] = totals(
        found,
        debit=Sum(-F("amount_cents"), filter=Q(amount_cents__lt=0)),
        credit=Sum("amount_cents", filter=Q(amount_cents__gt=0)),
    )
    return render(request, template, context)


def _about(form: EntriesForm, keeper: bool) -> dict[str, Any]:
    """What the list is narrowed to without a field to see it in."""
    account_id, task_id = form.cleaned_data["account"], form.cleaned_data["task"]
    return {
        "account": Account.objects.filter(public_id=account_id).first() if keeper else None,
        "task": Task.objects.filter(pk=task_id).first() if task_id else None,
    }


def _entries_export(request: ActorRequest, name: str, visible: Entries) -> HttpResponseBase:
    form = EntriesForm.asked(request.GET)
    if not form.is_valid():
        return unprocessable(form)
    found = _told(form.rows(visible)).order_by(*NEWEST).values_list(*FIELDS)
    return export(request, name, COLUMNS, map(_cells, found.iterator()), form.span())


def _told(entries: Entries) -> "QuerySet[Entry, Any]":
    """With what their tasks are called."""
    task = Task.objects.filter(pk=OuterRef("task_id"))
    return entries.annotate(
        jira_id=Subquery(task.values("jira_id")), title=Subquery(task.values("title"))
    )


def _cells(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Kinds by name, and two columns without signs."""
    *facts, kind, jira_id, title, cents, event_id = row
    debit, credit = (-cents, None) if cents < 0 else (None, cents)
    return (*facts, KINDS[kind], jira_id, title, debit, credit, event_id)
