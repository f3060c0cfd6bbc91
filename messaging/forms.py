"""What an operator may type: filters of the lists, and why something is given up."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from messaging import contracts
from messaging.models import DeadLetter

Choices = list[tuple[str, Any]]


def names() -> Choices:
    return [("", _("every event")), *((name, name) for name in sorted(contracts.registry()))]


def consumers() -> Choices:
    return [("", _("every consumer")), *((name, name) for name in contracts.consumers())]


class LogFilter(forms.Form):
    name = forms.ChoiceField(label=_("Event"), required=False, choices=names)
    q = forms.CharField(label=_("Id"), required=False)


class DeadLetterFilter(forms.Form):
    """Without a state in the URL the list shows what is still parked."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[*DeadLetter.State.choices, ("all", _("all"))],
    )
    consumer = forms.ChoiceField(label=_("Consumer"), required=False, choices=consumers)
    name = forms.CharField(label=_("Event"), required=False)
    error = forms.CharField(label=_("Kind of error"), required=False)


class DiscardForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Stays on record with your name."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
