"""What billing holds about a task and a person, shown beside a dead letter."""

from collections.abc import Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from billing_app.models import Account, Entries, Entry, Price
from billing_app.reports import balance_cents
from messaging.holdings import Holding
from pages import formats

ENTRIES = 20


def about(task_id: UUID | None, account_id: UUID | None) -> Iterator[Holding]:
    """The person and their balance, the task's prices, and what is booked for the task, or else
    last for the person."""
    yield from _account(account_id)
    yield from _prices(task_id)
    if task_id:
        yield from _entries(Entry.objects.filter(task_id=task_id))
    elif account_id:
        yield from _entries(Entry.objects.of(account_id))


def _account(account_id: UUID | None) -> Iterator[Holding]:
    account = Account.objects.filter(public_id=account_id).first() if account_id else None
    if account:
        text = formats.signed_money(balance_cents(account.public_id))
        url = reverse("billing:account_of", args=[account.public_id])
        yield Holding(_("Balance of %s") % account, text, url)


def _prices(task_id: UUID | None) -> Iterator[Holding]:
    price = Price.objects.filter(task_id=task_id).first() if task_id else None
    if price:
        prices = (formats.money(-price.fee_cents), formats.money(price.reward_cents))
        yield Holding(_("Fee and reward of the task"), " / ".join(prices))


def _entries(booked: Entries) -> Iterator[Holding]:
    for entry in booked.select_related("account").order_by("-id")[:ENTRIES]:
        label = f"{entry.get_kind_display()} · {entry.account} · {formats.day(entry.day)}"
        url = reverse("billing:entry", args=[entry.pk])
        yield Holding(label, formats.signed_money(entry.amount_cents), url)
