"""One account on a page, private to its owner: balance, statement, why each entry was made."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from access.actor import ActorRequest
from access.decorators import everyone, roles
from access.limits import limited
from billing_app import reports
from billing_app.correction_views import why
from billing_app.exports import export
from billing_app.forms import AskedForm, DayForm, SpanForm, StatementForm
from billing_app.models import Account, Entry, Kind
from billing_app.permissions import KEEPERS, can_see_account
from pages.forms import unprocessable
from pages.live import live

Answer = HttpResponse
ASKED_AT_MOST = 15  # every two seconds: half a minute


@require_safe
@everyone
def account(request: ActorRequest) -> Answer:
    """One's own account (B1)."""
    return _statement_page(request, request.actor.id, "billing/account.html")


@require_safe
@everyone
@live
def balance(request: ActorRequest) -> Answer:
    """One's own balance and what moved today: a fragment for any page."""
    return render(request, "billing/_balance.html", _own_figures(request))


@require_safe
@everyone
def reward(request: ActorRequest, task_id: UUID) -> Answer:
    """Whether one's reward for a task is in the ledger: a fragment that asks until it is."""
    own = Entry.objects.of(request.actor.id)
    entry = own.filter(task_id=task_id, kind=Kind.REWARD).first()
    asked = AskedForm(request.GET).times() + 1
    context = {"task_id": task_id, "entry": entry, "asked": asked}
    context["gives_up"] = asked > ASKED_AT_MOST
    response = render(request, "billing/_reward.html", context)
    if entry:
        trigger_client_event(response, "booked")
    return response


@require_safe
@everyone
@live
def statement(request: ActorRequest, account_id: UUID) -> Answer:
    """The live part of an account's page."""
    _visible_or_404(request, account_id)
    form = DayForm(request.GET)
    if not form.is_valid():
        return unprocessable(form)
    current = reports.current_day(reports.days_of_account(account_id)[:1])
    context = _statement(account_id, form.cleaned_data["day"], current)
    return render(request, "billing/_statement.html", context)


@require_safe
@roles(*KEEPERS)
def account_of(request: ActorRequest, account_id: UUID) -> Answer:
    """Somebody's account (B7)."""
    get_object_or_404(Account, public_id=account_id)
    return _statement_page(request, account_id, "billing/account_of.html")


@require_safe
@everyone
@limited("export", method="GET")
def statement_export(request: ActorRequest, account_id: UUID) -> HttpResponseBase:
    """A day or a span of an account, with the running balance."""
    _visible_or_404(request, account_id)
    form = StatementForm.asked(request.GET)
    if not form.is_valid():
        return unprocessable(form)
    columns = ["day", "occurred_at", "kind", "jira_id", "task", "amount_cents", "balance_cents"]
    lines = reports.lines(account_id, *form.span())
    return export(request, "statement", columns, map(_cells, lines), form.span())


@require_safe
@everyone
def entry(request: ActorRequest, entry_id: int) -> Answer:
    """Why money moved: from the ledger line to the event, the task and the person."""
    found = get_object_or_404(Entry.objects.select_related("account"), pk=entry_id)
    if not can_see_account(request.actor, found.account.public_id):
        raise Http404
    return render(request, "billing/entry.html", why(request.actor, found))


def _statement_page(request: ActorRequest, account_id: UUID, template: str) -> Answer:
    days = list(reports.days_of_account(account_id)[:31])
    current = reports.current_day(days)
    form = DayForm({"day": current.isoformat()} | request.GET.dict())
    valid = form.is_valid()
    context = _statement(account_id, form.cleaned_data["day"] if valid else None, current)
    context |= {"form": form, "days": days}
    context["span_form"] = StatementForm(SpanForm.defaults())
    return render(request, template, context, status=200 if valid else 422)


def _statement(account_id: UUID, chosen: date | None, current: date) -> dict[str, Any]:
    day = chosen or current
    return {
        "account_id": account_id,
        "statement": reports.statement(account_id, day),
        "balance_cents": reports.balance_cents(account_id),
        "is_today": day == current,
    }


def _cells(line: reports.Line) -> tuple[Any, ...]:
    return (
        line.entry.day,
        line.entry.occurred_at,
        line.entry.kind_name,
        line.task.jira_id if line.task else "",
        line.task.title if line.task else "",
        line.entry.amount_cents,
        line.balance_cents,
    )


def _own_figures(request: ActorRequest) -> dict[str, Any]:
    cycle = reports.current_cycle(request.actor.id)
    balance = reports.balance_cents(request.actor.id)
    moved = cycle.closing_cents - cycle.opening_cents if cycle else 0
    return {"balance_cents": balance, "cycle": cycle, "carried_cents": balance - moved}


def _visible_or_404(request: ActorRequest, account_id: UUID) -> None:
    """One's own account needs no row yet: auth's event may still be on its way."""
    if not can_see_account(request.actor, account_id):
        raise Http404
    if account_id != request.actor.id:
        get_object_or_404(Account, public_id=account_id)
