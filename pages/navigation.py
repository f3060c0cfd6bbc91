"""The menu, as one table: what each role may open, in the order it is used."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.actor import ACCOUNTANT, ADMIN, MANAGER, ROLES, WORKER

Label = str | Promise


@dataclass(frozen=True, slots=True)
class Entry:
    """`key` is what opens it from the keyboard: two letters, one after the other. `beneath` are
    addresses that belong to it and do not begin with its own."""

    route: str
    label: Label
    icon: str
    roles: tuple[str, ...] = ROLES
    setting: str = ""
    key: str = ""
    beneath: tuple[str, ...] = ()

    def is_open_to(self, role: str) -> bool:
        return role in self.roles and (not self.setting or bool(getattr(settings, self.setting)))


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    label: Label
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Link:
    route: str
    url: str
    label: Label
    icon: str
    current: bool
    key: str


ROLE_NAMES: Final[dict[str, Label]] = {
    WORKER: _("Worker"),
    MANAGER: _("Manager"),
    ACCOUNTANT: _("Accountant"),
    ADMIN: _("Admin"),
}
STAFF: Final = (MANAGER, ADMIN)
BOOKS: Final = (ACCOUNTANT, ADMIN)
MENU: Final = (
    Group(
        "work",
        _("Work"),
        (
            Entry("tasks:mine", _("My tasks"), "check", key="g m"),
            Entry("tasks:list", _("All tasks"), "list", key="g t"),
            Entry(
                "tasks:import",
                _("Import"),
                "upload",
                STAFF,
                key="g i",
                beneath=("/tasks/imports/",),
            ),
            Entry("billing:account", _("My account"), "wallet", key="g b"),
        ),
    ),
    Group(
        "money",
        _("Money"),
        (
            Entry("billing:days", _("Days"), "calendar", BOOKS, key="g d"),
            Entry("billing:accounts", _("Accounts"), "coins", BOOKS, key="g a"),
            Entry("billing:payouts", _("Payouts"), "mail", BOOKS, key="g p"),
            Entry("billing:entries", _("Entries"), "list", BOOKS, key="g e"),
            Entry("billing:trial_balance", _("Trial balance"), "log", BOOKS),
            Entry("billing:corrections", _("Corrections"), "undo", BOOKS),
            Entry("billing:reconciliation", _("Reconciliation"), "scale", BOOKS, key="g r"),
            Entry("billing:audit", _("Audit log"), "log", BOOKS),
        ),
    ),
    Group(
        "company",
        _("Company"),
        (
            Entry("analytics:summary", _("Analytics"), "chart", (ADMIN,), key="g y"),
            Entry("people:list", _("People"), "users", (ADMIN,), key="g u"),
        ),
    ),
    Group(
        "operations",
        _("Operations"),
        (
            Entry("events:log", _("Event log"), "log", (ADMIN,), key="g l"),
            Entry(
                "events:dead_letters",
                _("Dead letters"),
                "inbox",
                (ADMIN,),
                key="g x",
                beneath=("/events/replays/",),
            ),
            Entry(
                "events:health",
                _("Health"),
                "pulse",
                (ADMIN,),
                key="g h",
                beneath=("/events/audit/",),
            ),
            Entry("events:catalogue", _("Catalogue"), "list", (ADMIN,)),
            Entry("events:versions", _("Versions"), "shuffle", (ADMIN,)),
            Entry("events:mail", _("Mail"), "mail", (ADMIN,), "MAIL_IS_KEPT"),
        ),
    ),
)


def menu(role: str, path: str) -> list[dict[str, Any]]:
    """The groups this role sees; a service that isn't installed here leaves no dead link."""
    links = {
        entry.route: url
        for group in MENU
        for entry in group.entries
        if entry.is_open_to(role) and (url := address(entry.route))
    }
    here = _nearest(links, path)
    return [
        {"name": group.name, "label": group.label, "links": shown}
        for group in MENU
        if (shown := list(_links(group, links, here)))
    ]


def address(route: str) -> str:
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""


def _links(group: Group, urls: dict[str, str], here: str) -> Iterator[Link]:
    for entry in group.entries:
        if url := urls.get(entry.route):
            yield Link(
                entry.route, url, entry.label, entry.icon, current=url == here, key=entry.key
            )


def _nearest(links: dict[str, str], path: str) -> str:
    """A task's own page lights up "All tasks": the longest address the path begins with."""
    places = [
        (place, links[entry.route])
        for group in MENU
        for entry in group.entries
        if entry.route in links
        for place in (links[entry.route], *entry.beneath)
        if path.startswith(place)
    ]
    return max(places, key=lambda place: len(place[0]), default=("", ""))[1]
