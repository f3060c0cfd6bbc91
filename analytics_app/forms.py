"""Which period a report is about, as the URL says it."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics_app.periods import Kind, Period
from analytics_app.team import Order
from messaging.business_day import today
from pages.forms import date_field


class PeriodForm(forms.Form):
    """`period` and a `day` in it, or `from` and `to`; nothing at all means today. `compare` puts
    the period before beside it."""

    period = forms.ChoiceField(choices=Kind, required=False)
    day = date_field(_("Day"))
    compare = forms.ChoiceField(choices=[("before", _("the period before"))], required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {"from": date_field(_("From")), "to": date_field(_("To"))}

    @classmethod
    def showing(cls, period: Period) -> "PeriodForm":
        return cls(initial={"from": period.first, "to": period.last})

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not self.errors and self._is_span():
            for name in ("from", "to"):
                if not given[name]:
                    self.add_error(name, gettext("A span needs both days."))
            if not self.errors and given["from"] > given["to"]:
                self.add_error("to", gettext("The last day is before the first."))
        return given

    def chosen(self) -> Period:
        """The period asked for; today when the request makes no sense."""
        if not self.is_valid():
            return Period.around(Kind.DAY, today())
        given = self.cleaned_data
        if self._is_span():
            return Period(Kind.SPAN, given["from"], given["to"])
        return Period.around(Kind(given["period"] or Kind.DAY), given["day"] or today())

    @property
    def compares(self) -> bool:
        return self.is_valid() and bool(self.cleaned_data["compare"])

    def _is_span(self) -> bool:
        given = self.cleaned_data
        bounds = given.get("from") or given.get("to")
        return given["period"] == Kind.SPAN or bool(bounds and not given["period"])


class TeamForm(PeriodForm):
    """The same, and in which order people stand."""

    sort = forms.ChoiceField(choices=Order, required=False)

    @property
    def order(self) -> Order:
        return Order((self.is_valid() and self.cleaned_data["sort"]) or Order.WORTH)
