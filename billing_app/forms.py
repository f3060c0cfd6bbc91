"""What may be asked of the ledger."""

from datetime import date, timedelta
from typing import Any, ClassVar, Self

from django import forms
from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from billing_app.models import Account, Cycle, Debt, Entries, Kind, Payout
from messaging.business_day import today
from pages.forms import FromTo, date_field

DAYS_SHOWN = 30


class DayForm(forms.Form):
    """One business day."""

    day = date_field(_("Day"))


class AskedForm(forms.Form):
    """How often a fragment has asked the same already."""

    asked = forms.IntegerField(required=False, min_value=0, max_value=1000)

    def times(self) -> int:
        return (self.cleaned_data["asked"] or 0) if self.is_valid() else 0


class SpanForm(FromTo):
    """A span of business days; the last thirty without a choice."""

    from_ = date_field(_("From"))
    to = date_field(_("To"))

    @staticmethod
    def defaults() -> dict[str, str]:
        first = today() - timedelta(days=DAYS_SHOWN - 1)
        return {"from": first.isoformat(), "to": today().isoformat()}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.is_bounded(data):
            data["to"] = data.get("to") or today()
            data["from_"] = data.get("from_") or data["to"] - timedelta(days=DAYS_SHOWN - 1)
        first, last = data.get("from_"), data.get("to")
        if first and last and first > last:
            self.add_error("from_", _("The span begins after it ends."))
        return data

    def is_bounded(self, data: dict[str, Any]) -> bool:
        """Whether a span that was not chosen is the last thirty days."""
        return True

    def span(self) -> tuple[date, date]:
        return self.cleaned_data["from_"], self.cleaned_data["to"]

    def shown(self) -> tuple[date, date]:
        """The span, with what is booked now where it ends now. In a demonstration today may have
        been closed, and bookings go to the day after; a single day is that day."""
        first, last = self.span()
        ends_now = settings.DEMO and last == today() != first
        return first, last + timedelta(days=1) if ends_now else last


class BoardForm(SpanForm):
    """Which days, beside which others."""

    compare = forms.ChoiceField(
        label=_("Compare with"),
        required=False,
        choices=[("", _("nothing")), ("day", _("the day before")), ("week", _("a week before"))],
    )


class StatementForm(SpanForm):
    """A part of a statement; `?day=` is a span of one day, which is today without a choice."""

    @classmethod
    def asked(cls, given: QueryDict) -> Self:
        data = given.dict()
        if not (data.get("from") or data.get("to")):
            data["from"] = data["to"] = data.get("day") or today().isoformat()
        return cls(data)


class EntriesForm(SpanForm):
    """Which entries to list; of one account or task all of them, without a choice of days."""

    q = forms.CharField(label=_("Name or e-mail"), required=False, max_length=150)
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("any")), *((kind.name.lower(), kind.label) for kind in Kind)],
    )
    account = forms.UUIDField(required=False, widget=forms.HiddenInput)
    task = forms.UUIDField(required=False, widget=forms.HiddenInput)

    @classmethod
    def asked(cls, given: QueryDict) -> Self:
        """`?day=` is a span of one day."""
        data: dict[str, Any] = given.dict()
        if day := data.get("day"):
            data |= {"from": day, "to": day}
        elif not (data.get("account") or data.get("task")):
            data = cls.defaults() | data
        return cls(data)

    def is_bounded(self, data: dict[str, Any]) -> bool:
        return not (data.get("account") or data.get("task"))

    def rows(self, entries: Entries) -> Entries:
        chosen = self.cleaned_data
        found = entries.filter(person("account", chosen["q"]))
        first, last = self.shown()
        bounds = {"day__gte": first, "day__lte": last, "task_id": chosen["task"]}
        found = found.filter(**{bound: value for bound, value in bounds.items() if value})
        if chosen["account"]:
            found = found.of(chosen["account"])
        return found.filter(kind=Kind[chosen["kind"].upper()]) if chosen["kind"] else found


class Sorted(forms.Form):
    """A list that is asked for in an order; `SORTS`: the word in the URL → columns."""

    SORTS: ClassVar[dict[str, list[str]]]

    def order(self) -> list[str]:
        first = next(iter(self.SORTS))
        return self.SORTS[self.cleaned_data.get("sort") or first]


class AccountsForm(forms.Form):
    """Which accounts to list."""

    q = forms.CharField(label=_("Name or e-mail"), required=False, max_length=150)
    balance = forms.ChoiceField(
        label=_("Balance"),
        required=False,
        choices=[("", _("any")), ("red", _("in the red")), ("black", _("in the black"))],
    )


class DayAccountsForm(Sorted):
    """Which accounts of a business day to list."""

    SORTS = {
        "name": ["name", "account_id"],
        "balance": ["-closing_cents", "account_id"],
        "debt": ["closing_cents", "account_id"],
        "charges": ["-charged_cents", "account_id"],
    }
    SHOWN = {"red": Q(closing_cents__lt=0), "paid": Q(paid_cents__gt=0)}

    q = forms.CharField(label=_("Name or e-mail"), required=False, max_length=150)
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("all")), ("red", _("in the red")), ("paid", _("paid out"))],
    )
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("name", _("by name")),
            ("balance", _("largest balance first")),
            ("debt", _("largest debt first")),
            ("charges", _("most charged first")),
        ],
    )

    def rows(self, cycles: QuerySet[Cycle]) -> QuerySet[Cycle, Any]:
        chosen = self.cleaned_data
        shown = self.SHOWN.get(chosen["show"], Q())
        found = cycles.filter(shown, person("account", chosen["q"]))
        return found.annotate(name=F("account__name"))


class DebtsForm(Sorted):
    """Which debts to list."""

    SORTS = {
        "amount": ["balance_cents", "account_id"],
        "age": ["since", "account_id"],
        "name": ["name", "account_id"],
    }

    q = forms.CharField(label=_("Name or e-mail"), required=False, max_length=150)
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("amount", _("largest debt first")),
            ("age", _("oldest debt first")),
            ("name", _("by name")),
        ],
    )

    def rows(self) -> QuerySet[Debt, Any]:
        """With the accounts for those that are shown, and not for all to be put in order."""
        found = Debt.objects.filter(person("account", self.cleaned_data["q"]))
        if self.cleaned_data["sort"] == "name":
            found = found.annotate(name=F("account__name"))
        return found.prefetch_related("account")


class PayoutsForm(forms.Form):
    """Which payouts to list; the state is chosen by tabs."""

    day = date_field(_("Day"))
    q = forms.CharField(label=_("Name or e-mail"), required=False, max_length=150)
    state = forms.ChoiceField(
        required=False, choices=[("", ""), *Payout.State.choices], widget=forms.HiddenInput
    )

    def of_any_state(self) -> QuerySet[Payout]:
        chosen = self.cleaned_data
        found = Payout.objects.filter(person("account", chosen["q"]))
        return found.filter(day=chosen["day"]) if chosen["day"] else found

    def rows(self) -> QuerySet[Payout]:
        state = self.cleaned_data["state"]
        return self.of_any_state().filter(state=state) if state else self.of_any_state()


class CloseForm(forms.Form):
    """Whether today may be closed before it is over; heeded in a demonstration only."""

    early = forms.BooleanField(required=False)


def person(path: str, words: str) -> Q:
    """Accounts whose name or e-mail has these words; `path` leads to the account."""
    return Q(**{f"{path}__in": Account.objects.matching(words).values("pk")}) if words else Q()
