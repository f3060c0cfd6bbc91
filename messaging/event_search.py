"""The one search box of the event log: exact words with qualifiers, each answered by an index."""

import difflib
from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _

from messaging import contracts
from messaging.models import OutboxEvent


class NotUnderstood(ValueError):
    """What was typed can't be answered; the message says what can."""


def find(words: str) -> QuerySet[OutboxEvent]:
    """The events for which all words hold. Raises `NotUnderstood`."""
    events = OutboxEvent.objects.alias(task=KT("data__task_id"), person=KT("data__account_id"))
    for word in words.split():
        qualifier, colon, value = word.partition(":")
        ask = QUALIFIERS.get(qualifier.lower()) if colon else _whatever
        if ask is None:
            raise NotUnderstood(_("“%(word)s” is not understood.") % {"word": word} + " " + usage())
        events = events.filter(ask(value if colon else word))
    return events


def usage() -> str:
    return _("Understood are %(qualifiers)s, and an id alone.") % {
        "qualifiers": " ".join(f"{name}:" for name in QUALIFIERS)
    }


def _name(value: str) -> Q:
    known = sorted(contracts.registry())
    meant = [name for name in known if value in (name, name.partition(".")[2])]
    if not meant:
        short = [name.partition(".")[2] for name in known]
        near = difflib.get_close_matches(value.rpartition(".")[2], short, n=3) or known
        hint = {"name": value, "known": ", ".join(near)}
        raise NotUnderstood(_("There is no event “%(name)s”. Perhaps: %(known)s.") % hint)
    return Q(event_name__in=meant)


def _id(value: str) -> Q:
    return Q(event_id=_uuid(value))


def _correlation(value: str) -> Q:
    return Q(correlation_id=_uuid(value))


def _task(value: str) -> Q:
    return Q(task=str(_uuid(value)))


def _person(value: str) -> Q:
    """Who it is about, or who set it off."""
    wanted = _uuid(value)
    return Q(person=str(wanted)) | Q(actor=wanted)


def _whatever(value: str) -> Q:
    """An id alone is an event's, else a chain's, else that of a task or a person."""
    for ask in (_id, _correlation):
        if OutboxEvent.objects.filter(ask(value)).exists():
            return ask(value)
    return _task(value) | _person(value)


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise NotUnderstood(_("“%(value)s” is no id.") % {"value": value} + " " + usage()) from None


QUALIFIERS: Final[dict[str, Callable[[str], Q]]] = {
    "name": _name,
    "id": _id,
    "correlation": _correlation,
    "task": _task,
    "person": _person,
}
