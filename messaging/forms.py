"""What an operator may type: filters of the lists, and why something is done."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from access import people
from messaging import contracts, event_search
from messaging.business_day import business_zone
from messaging.giving_up import LONGEST_REASON
from messaging.models import DeadLetter, DeadLetters, Deed, OutboxEvent
from pages.forms import EARLIEST, LATEST, FromTo, date_field

Choices = list[tuple[str, Any]]


def consumers() -> Choices:
    return [("", _("every consumer")), *((name, name) for name in contracts.consumers())]


def every_or_one_consumer() -> Choices:
    return [(name, name) for name in contracts.consumers()]


def moment(label: Any) -> forms.DateTimeField:
    """In business time, as the pages show it."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    bounds = [MinValueValidator(_begins(EARLIEST)), MaxValueValidator(_begins(LATEST))]
    return forms.DateTimeField(label=label, required=False, widget=widget, validators=bounds)


def _begins(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


class Timed(FromTo):
    """`from` and `to`, both ends included to the minute."""

    def within(self, column: str) -> dict[str, datetime]:
        bounds: dict[str, datetime] = {}
        if first := self.cleaned_data["from_"]:
            bounds[f"{column}__gte"] = first
        if last := self.cleaned_data["to"]:
            bounds[f"{column}__lt"] = last + timedelta(minutes=1)
        return bounds


class LogFilter(Timed):
    q = forms.CharField(label=_("Search"), required=False, max_length=500)
    from_ = moment(_("From"))
    to = moment(_("To"))

    def clean_q(self) -> str:
        words = str(self.cleaned_data["q"])
        try:
            self.found = event_search.find(words)
        except event_search.NotUnderstood as error:
            raise forms.ValidationError(str(error)) from error
        return words

    def rows(self) -> QuerySet[OutboxEvent]:
        last = self.cleaned_data["to"]
        until = last and last + timedelta(minutes=1)
        return self.found.filter(event_search.between(self.cleaned_data["from_"], until))


class DeadLetterFilter(Timed):
    """Without a state in the URL the list shows what is still parked."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[*DeadLetter.State.choices, ("all", _("all"))],
    )
    consumer = forms.ChoiceField(label=_("Consumer"), required=False, choices=consumers)
    name = forms.CharField(label=_("Event"), required=False, max_length=100)
    text = forms.CharField(
        label=_("Words or an id"),
        required=False,
        max_length=200,
        help_text=_("Of the error or the envelope; an event's, chain's, task's or person's id."),
    )
    version = forms.IntegerField(label=_("Version"), required=False, min_value=0, max_value=32_767)
    error = forms.CharField(label=_("Kind of error"), required=False, max_length=100)
    group = forms.CharField(label=_("Group of errors"), required=False, max_length=200)
    correlation = forms.UUIDField(label=_("Chain"), required=False)
    from_ = moment(_("From"))
    to = moment(_("To"))

    SELDOM = ("version", "error", "group", "correlation", "from_", "to")

    @property
    def has_seldom(self) -> bool:
        """One of the filters that are folded away is set."""
        return any(self[name].value() for name in self.SELDOM)

    def seldom(self) -> list[forms.BoundField]:
        return [self[name] for name in self.SELDOM]

    def rows(self) -> DeadLetters:
        """What the filters leave; one that makes no sense leaves nothing."""
        if not self.is_valid():
            return DeadLetter.objects.none()
        asked = self.cleaned_data
        chosen = DeadLetter.objects.matching(
            asked["consumer"],
            asked["name"],
            asked["error"],
            event_version=asked["version"],
            error_group=asked["group"],
            correlation_id=asked["correlation"],
        ).filter(**self.within("parked_at"))
        wanted = _uuid(asked["text"])
        chosen = chosen.about(wanted) if wanted else chosen.saying(asked["text"])
        if asked["state"] == "all":
            return chosen
        return chosen.filter(state=asked["state"] or DeadLetter.State.PARKED)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Stays on record with your name."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PauseForm(ReasonForm):
    consumer = forms.ChoiceField(label=_("Consumer"), choices=every_or_one_consumer)

    field_order = ("consumer", "reason")


class ChoiceForm(forms.Form):
    """Which letters of the list something is to be done with."""

    scope = forms.ChoiceField(choices=[("selected", ""), ("all", "")], required=False)
    reason = forms.CharField(required=False, max_length=LONGEST_REASON)
    newest = forms.IntegerField(required=False)

    def chosen(self, rows: DeadLetters) -> DeadLetters:
        """Of those that match the ticked ones, or all that there were when the list was shown."""
        if not self.wants_all:
            return rows.filter(public_id__in=self.selected)
        newest = self.cleaned_data.get("newest")
        return rows if newest is None else rows.filter(pk__lte=newest)

    @property
    def selected(self) -> list[UUID]:
        """The public ids of the ticked letters."""
        ticked = self.data.getlist("letter") if hasattr(self.data, "getlist") else []
        return [found for text in ticked if (found := _uuid(text))]

    @property
    def wants_all(self) -> bool:
        return bool(self.data.get("scope", "selected" if self.selected else "all") == "all")


class DeedFilter(FromTo):
    action = forms.ChoiceField(
        label=_("Deed"), required=False, choices=[("", _("any")), *Deed.Action.choices]
    )
    who = forms.CharField(label=_("Who: name or e-mail"), required=False, max_length=150)
    thing = forms.CharField(label=_("What"), required=False, max_length=200)
    from_ = date_field(_("From"))
    to = date_field(_("To"))

    def rows(self) -> QuerySet[Deed]:
        asked = self.cleaned_data
        chosen: dict[str, Any] = {"thing__icontains": asked["thing"]}
        if asked["action"]:
            chosen["action"] = asked["action"]
        if asked["who"]:
            chosen["actor__in"] = people.called(asked["who"])
        if asked["from_"]:
            chosen["at__gte"] = _midnight(asked["from_"])
        if asked["to"]:
            chosen["at__lt"] = _midnight(asked["to"] + timedelta(days=1))
        return Deed.objects.filter(**chosen)


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time.min, business_zone())


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
