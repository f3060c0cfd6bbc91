"""The pages about what an event names, in whichever service has them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ROUTES: Final = (
    ("task_id", "tasks:task", _("Task")),
    ("account_id", "billing:account_of", _("Account")),
    ("account_id", "people:edit", _("Person")),
    ("entry_id", "billing:entry", _("Entry")),
    ("shuffle_id", "tasks:shuffle_run", _("Shuffle")),
    ("day", "billing:day", _("Day")),
)


@dataclass(frozen=True, slots=True)
class Thing:
    label: str | Promise
    name: str
    url: str


def pages_about(data: Any) -> list[Thing]:
    """Of what the data of an event names; data that breaks its contract may name nothing."""
    return list(_pages(data)) if isinstance(data, dict) else []


def _pages(data: dict[str, Any]) -> Iterator[Thing]:
    for field, route, label in ROUTES:
        if name := data.get(field):
            try:
                yield Thing(label, str(name), reverse(route, args=[name]))
            except NoReverseMatch:  # that service isn't installed here, or the name is none
                continue
