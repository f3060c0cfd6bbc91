"""The one search box of the event log: exact words with qualifiers, each answered by an index."""

import difflib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Max, Min, Q, QuerySet
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _

from messaging import contracts
from messaging.models import OutboxEvent

FEW = 2_000
SKEW = timedelta(minutes=10)  # a position is drawn a little before or after its time


class NotUnderstood(ValueError):
    """What was typed can't be answered; the message says what can."""


def find(words: str) -> QuerySet[OutboxEvent]:
    """The events for which all words hold. Raises `NotUnderstood`."""
    events = _alias()
    for word in words.split():
        qualifier, colon, value = word.partition(":")
        ask = QUALIFIERS.get(qualifier.lower()) if colon else _whatever
        if ask is None:
            raise NotUnderstood(_("“%(word)s” is not understood.") % {"word": word} + " " + usage())
        events = events.filter(ask(value if colon else word))
    return events


def between(first: datetime | None, last: datetime | None) -> Q:
    """Written from `first` to before `last`. Positions and times grow together, so the places where
    to begin and to end are found by halving, and no other event is looked at."""
    written = Q()
    if first:
        written &= Q(created_at__gte=first, position__gte=_place(first - SKEW))
    if last:
        written &= Q(created_at__lt=last, position__lt=_place(last + SKEW))
    return written


def _place(moment: datetime) -> int:
    """The first position at this time or later; one beyond the log if there is none."""
    ends = OutboxEvent.objects.aggregate(low=Min("position"), high=Max("position"))
    low, high = ends["low"] or 0, (ends["high"] or 0) + 1
    while low < high:
        middle = (low + high) // 2
        rows = OutboxEvent.objects.filter(position__gte=middle).order_by("position")
        position, written = rows.values_list("position", "created_at")[0]
        if written < moment:
            low = position + 1
        else:
            high = middle
    return low


def _alias() -> QuerySet[OutboxEvent]:
    return OutboxEvent.objects.alias(task=KT("data__task_id"), person=KT("data__account_id"))


def usage() -> str:
    return _("Understood are %(qualifiers)s, and an id or the name of an event alone.") % {
        "qualifiers": " ".join(f"{name}:" for name in QUALIFIERS)
    }


def _meant(value: str) -> list[str]:
    """The events with this name, with or without who tells them."""
    return [name for name in contracts.registry() if value in (name, name.partition(".")[2])]


def _name(value: str) -> Q:
    known, meant = sorted(contracts.registry()), _meant(value)
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
    """Whom it is about, or who set it off. The planner can't tell a busy person from a quiet one:
    the few events of a quiet one are looked up, those of a busy one met by walking the log."""
    wanted = _uuid(value)
    about = _alias().filter(Q(person=str(wanted))).order_by().values("position")[: FEW + 1]
    by = OutboxEvent.objects.filter(actor=wanted).order_by().values("position")[: FEW + 1]
    positions = {row["position"] for row in about.union(by)}
    if len(positions) > FEW:
        return Q(person=str(wanted)) | Q(actor=wanted)
    return Q(position__in=positions)


def _whatever(value: str) -> Q:
    """An event's name; an id alone is an event's, else a chain's, else a task's or a person's."""
    if meant := _meant(value):
        return Q(event_name__in=meant)
    for ask in (_id, _correlation, _task):
        if _alias().filter(ask(value)).exists():
            return ask(value)
    return _person(value)


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
