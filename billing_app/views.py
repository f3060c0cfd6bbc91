"""Money on pages: everybody's own account, the company's days for accountants and admins."""

from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from access.actor import ActorRequest
from access.decorators import everyone, roles
from billing_app import closing, payouts, proofs, reports
from billing_app.forms import AccountsForm, CloseForm, DayForm, PayoutsForm, SpanForm
from billing_app.models import Account, Cycle, Entry, Payout
from billing_app.permissions import KEEPERS, can_see_account
from messaging.business_day import today
from pages import formats
from pages.export import csv_response
from pages.live import live
from pages.paging import keyset

Answer = HttpResponse


# --- one account ---------------------------------------------------------------------------------


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
@live
def statement(request: ActorRequest, account_id: UUID) -> Answer:
    """The live part of an account's page."""
    _visible_or_404(request, account_id)
    form = DayForm(request.GET)
    if not form.is_valid():
        raise Http404
    return render(request, "billing/_statement.html", _statement(account_id, form.chosen()))


@require_safe
@roles(*KEEPERS)
def account_of(request: ActorRequest, account_id: UUID) -> Answer:
    """Somebody's account (B7)."""
    get_object_or_404(Account, public_id=account_id)
    return _statement_page(request, account_id, "billing/account_of.html")


@require_safe
@everyone
def statement_export(request: ActorRequest, account_id: UUID) -> HttpResponseBase:
    _visible_or_404(request, account_id)
    form = DayForm(request.GET)
    if not form.is_valid():
        raise Http404
    found = reports.statement(account_id, form.chosen())
    return csv_response(
        f"statement-{found.day}.csv",
        columns=["occurred_at", "kind", "jira_id", "task", "amount_cents", "balance_cents"],
        rows=[
            (
                line.entry.occurred_at.isoformat(),
                line.entry.kind_name,
                line.task.jira_id if line.task else "",
                line.task.title if line.task else "",
                line.entry.amount_cents,
                line.balance_cents,
            )
            for line in found.lines
        ],
        notes=_notes(_("Business day %(day)s, %(zone)s"), day=found.day),
    )


@require_safe
@everyone
def entry(request: ActorRequest, entry_id: int) -> Answer:
    """Why money moved: from the ledger line to the event, the task and the person."""
    found = get_object_or_404(Entry.objects.select_related("account"), pk=entry_id)
    if not can_see_account(request.actor, found.account.public_id):
        raise Http404
    return render(request, "billing/entry.html", reports.why(found))


def _statement_page(request: ActorRequest, account_id: UUID, template: str) -> Answer:
    form = DayForm(DayForm.defaults() | request.GET.dict())
    valid = form.is_valid()
    context = _statement(account_id, form.chosen() if valid else today())
    context |= {"form": form, "days": reports.days_of_account(account_id)[:31]}
    return render(request, template, context, status=200 if valid else 422)


def _statement(account_id: UUID, day: date) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "statement": reports.statement(account_id, day),
        "balance_cents": reports.balance_cents(account_id),
        "is_today": day == today(),
    }


def _own_figures(request: ActorRequest) -> dict[str, Any]:
    cycle = Cycle.objects.filter(account__public_id=request.actor.id, day_id=today()).first()
    return {"balance_cents": reports.balance_cents(request.actor.id), "cycle": cycle}


def _notes(words: str, **facts: Any) -> list[str]:
    """The lines above an export: which days it is about, where they begin, what its figures are."""
    zone = {"zone": settings.BUSINESS_TIME_ZONE}
    return [words % (facts | zone), _("Amounts in cents, USD")]


def _visible_or_404(request: ActorRequest, account_id: UUID) -> None:
    """One's own account needs no row yet: auth's event may still be on its way."""
    if not can_see_account(request.actor, account_id):
        raise Http404
    if account_id != request.actor.id:
        get_object_or_404(Account, public_id=account_id)


# --- the company's days --------------------------------------------------------------------------


@require_safe
@roles(*KEEPERS)
def days(request: ActorRequest) -> Answer:
    """The board of business days (B5)."""
    form = SpanForm(SpanForm.defaults() | request.GET.dict())
    context = _days(form) | {"form": form, "today": reports.company_day(today())}
    return render(request, "billing/days.html", context, status=200 if form.is_valid() else 422)


@require_safe
@roles(*KEEPERS)
@live
def days_board(request: ActorRequest) -> Answer:
    """The live part of the board."""
    form = SpanForm(request.GET)
    return render(
        request, "billing/_days.html", _days(form) | {"today": reports.company_day(today())}
    )


@require_safe
@roles(*KEEPERS)
def days_export(request: ActorRequest) -> HttpResponseBase:
    found = _days(SpanForm(request.GET))["company_days"]
    fields = ["day", "status", "fees_cents", "rewards_cents", "earned_cents", "payouts_cents"]
    return csv_response(
        "days.csv",
        columns=[*fields, "digest"],
        rows=[[getattr(row, field) for field in [*fields, "digest"]] for row in found],
        notes=_notes(_("Business days in %(zone)s")),
    )


@require_safe
@roles(*KEEPERS)
def day(request: ActorRequest, day: date) -> Answer:
    """One business day: its totals, and every account that moved."""
    found = reports.company_day(day)
    if found is None:
        raise Http404
    cycles = Cycle.objects.filter(day_id=day).select_related("account")
    words = request.GET.get("q", "")[:150]
    page = keyset(request, cycles.filter(_person("account__", words)), by=["account_id"])
    context = {"company_day": found, "page": page, "q": words, "may_close": _may_close(found)}
    return render(request, "billing/day.html", context)


@require_POST
@roles(*KEEPERS)
def close(request: ActorRequest, day: date) -> Answer:
    """Pay out and seal a day that is over (B6); in a demonstration, today too."""
    form = CloseForm(request.POST)
    early = form.is_valid() and form.cleaned_data["early"] and settings.DEMO
    try:
        sealed = closing.close(day, by=request.actor.id, early=early)
    except closing.UnknownDay as error:
        raise Http404 from error
    except closing.NotOver:
        return _refuse_close(request, day, _("This day is not over yet."))
    except closing.NotInOrder:
        return _refuse_close(request, day, _("Close the earlier days first."))
    messages.success(request, _("The day is closed."))
    return redirect("billing:day", day=sealed.day)


def _refuse_close(request: ActorRequest, day: date, reason: str) -> Answer:
    found = reports.company_day(day)
    if found is None:
        raise Http404
    context = {"company_day": found, "error": reason, "may_close": _may_close(found)}
    context["page"] = keyset(request, Cycle.objects.filter(day_id=day), by=["account_id"])
    return render(request, "billing/day.html", context, status=409)


def _may_close(found: reports.CompanyDay) -> bool:
    return not found.is_closed and (found.day < today() or settings.DEMO)


def _days(form: SpanForm) -> dict[str, Any]:
    if not form.is_valid():
        form_of_now = SpanForm({})
        form_of_now.is_valid()
        return _days(form_of_now)
    first, last = form.cleaned_data["from_"], form.cleaned_data["to"]
    found = reports.company_days(first, last)
    bars = [
        (formats.short_day(row.day), row.earned_cents, reverse("billing:day", args=[row.day]))
        for row in reversed(found)
    ]
    return {"company_days": found, "bars": bars}


# --- everybody's accounts, payouts, proofs -------------------------------------------------------


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
        notes=_notes(_("Business days in %(zone)s")),
    )


@require_safe
@roles(*KEEPERS)
def payout_list(request: ActorRequest) -> Answer:
    """Payouts and what became of their notices (B6)."""
    form = PayoutsForm(request.GET)
    page = keyset(request, _payouts(form).select_related("account"), by=["-made_at", "-id"])
    context = {"form": form, "page": page, "failed": _failed().count()}
    return render(request, "billing/payouts.html", context, status=200 if form.is_valid() else 422)


@require_safe
@roles(*KEEPERS)
def payouts_export(request: ActorRequest) -> HttpResponseBase:
    found = _payouts(PayoutsForm(request.GET)).select_related("account").order_by("-made_at", "-id")
    return csv_response(
        "payouts.csv",
        columns=["payout_id", "day", "name", "amount_cents", "state", "attempts", "last_error"],
        rows=(
            (
                row.pk,
                row.day,
                row.account.name,
                row.amount_cents,
                row.state,
                row.attempts,
                row.last_error,
            )
            for row in found.iterator()
        ),
        notes=_notes(_("Business days in %(zone)s")),
    )


@require_POST
@roles(*KEEPERS)
def retry(request: ActorRequest, payout_id: UUID) -> Answer:
    """Send one failed notice again; the money has moved already."""
    payout = get_object_or_404(Payout, pk=payout_id)
    if payouts.retry(payout):
        messages.success(request, _("The notice will be sent again."))
    return redirect("billing:payouts")


@require_POST
@roles(*KEEPERS)
def retry_all(request: ActorRequest) -> Answer:
    """Send every failed notice again."""
    count = sum(payouts.retry(payout) for payout in _failed())
    messages.success(request, _("%(count)s notices will be sent again.") % {"count": count})
    return redirect("billing:payouts")


@require_safe
@roles(*KEEPERS)
def reconciliation(request: ActorRequest) -> Answer:
    """The ledger proves itself, now."""
    checks = proofs.prove()
    context = {"checks": checks, "ok": all(check.ok for check in checks)}
    return render(request, "billing/reconciliation.html", context)


def _accounts(form: AccountsForm) -> "QuerySet[Account, Any]":
    found = reports.with_balance(Account.objects.all())
    if not form.is_valid():
        return found
    found = found.filter(_person("", form.cleaned_data["q"]))
    sign = {"red": Q(balance_cents__lt=0), "black": Q(balance_cents__gt=0)}
    return found.filter(sign.get(form.cleaned_data["balance"], Q()))


def _payouts(form: PayoutsForm) -> QuerySet[Payout]:
    if not form.is_valid():
        return Payout.objects.all()
    chosen = {key: value for key, value in form.cleaned_data.items() if value}
    return Payout.objects.filter(**chosen)


def _failed() -> QuerySet[Payout]:
    return Payout.objects.filter(state=Payout.State.FAILED)


def _person(prefix: str, words: str) -> Q:
    if not words:
        return Q()
    return Q(**{f"{prefix}name__icontains": words}) | Q(**{f"{prefix}email__icontains": words})
