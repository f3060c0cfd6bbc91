"""Every page there is, written by hand: which of its addresses are looked at, and by whom.

A GET route that stands nowhere in here fails `test_table.py`, so no new page goes unlooked at. Who
may open a project's page says the access matrix; allauth's pages say it here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from auth_app import invitations
from auth_app.models import User
from billing_app.models import Account, BusinessDay, Entry, Kind, Reconciliation
from messaging import mailbox
from messaging.models import DeadLetter, OutboxEvent, ReplayRun
from tasks_app.models import ImportRun, ShuffleRun, Task
from tests.architecture.access_matrix import COLUMNS, MATRIX

Things = Callable[[User], dict[str, Any]]
ROLES = COLUMNS[1:]


def nothing(_person: User) -> dict[str, Any]:
    return {}


def an_account(_person: User) -> dict[str, Any]:
    entry = Entry.objects.filter(kind=Kind.REWARD).latest("pk")
    return {"account_id": entry.account.public_id}


def a_day(_person: User) -> dict[str, Any]:
    return {"day": BusinessDay.objects.filter(entries__gt=0).latest("day").day}


def an_entry(person: User) -> dict[str, Any]:
    """Their own if they have any: others' are not a worker's to see."""
    own = Account.objects.filter(public_id=person.public_id)
    of_others = Entry.objects.filter(kind=Kind.REWARD)
    return {"entry_id": (Entry.objects.filter(account__in=own).last() or of_others[0]).pk}


def a_reconciliation(_person: User) -> dict[str, Any]:
    return {"run_id": Reconciliation.objects.latest("pk").pk}


def an_event_name(_person: User) -> dict[str, Any]:
    return {"name": "tasks.task_created"}


def a_letter(_person: User) -> dict[str, Any]:
    return {"public_id": DeadLetter.objects.filter(state="parked")[0].public_id}


def an_event(_person: User) -> dict[str, Any]:
    return {"event_id": OutboxEvent.objects.filter(event_name="tasks.task_assigned")[0].event_id}


def a_mail(_person: User) -> dict[str, Any]:
    return {"name": mailbox.newest(1)[0].name}


def a_replay(_person: User) -> dict[str, Any]:
    return {"run_id": ReplayRun.objects.latest("pk").pk}


def an_invitation(_person: User) -> dict[str, Any]:
    invited = User.objects.get(email="invited@popug.example")
    return {"token": invitations.token_for(invited)}


def a_colleague(_person: User) -> dict[str, Any]:
    return {"public_id": User.objects.filter(role="worker", is_active=True)[0].public_id}


def an_import(_person: User) -> dict[str, Any]:
    return {"run_id": ImportRun.objects.latest("pk").pk}


def a_shuffle(_person: User) -> dict[str, Any]:
    return {"run_id": ShuffleRun.objects.latest("pk").pk}


def a_task(_person: User) -> dict[str, Any]:
    return {"task_id": Task.objects.filter(status=Task.Status.COMPLETED)[0].public_id}


def a_password_link(_person: User) -> dict[str, Any]:
    person = User.objects.filter(role="worker")[0]
    return {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}


@dataclass(frozen=True)
class Look:
    """`queries`: the same page in other states, such as with a search that finds nothing."""

    things: Things = nothing
    queries: tuple[str, ...] = ("",)


LOOKS: dict[str, Look] = {
    "analytics:in_the_red": Look(),
    "analytics:summary": Look(
        queries=(
            "?period=week&compare=before",
            "?period=day&day=2001-01-01",
            "?period=month",
            "?period=span&from=x",
        )
    ),
    "analytics:team": Look(queries=("?period=week", "?period=day&day=2001-01-01")),
    "billing:account": Look(queries=("", "?day=2001-01-01")),
    "billing:account_of": Look(an_account),
    "billing:accounts": Look(queries=("", "?q=zz")),
    "billing:audit": Look(),
    "billing:corrections": Look(queries=("", "?state=rejected")),
    "billing:day": Look(a_day),
    "billing:days": Look(),
    "billing:debts": Look(),
    "billing:entries": Look(queries=("", "?q=zz")),
    "billing:entry": Look(an_entry),
    "billing:late": Look(),
    "billing:payouts": Look(queries=("", "?day=2001-01-01")),
    "billing:reconciliation": Look(),
    "billing:reconciliation_run": Look(a_reconciliation),
    "billing:trial_balance": Look(),
    "docs": Look(),
    "events:audit": Look(),
    "events:catalogue": Look(),
    "events:catalogue_event": Look(an_event_name),
    "events:dead_letter": Look(a_letter),
    "events:dead_letters": Look(queries=("", "?state=discarded", "?q=zz")),
    "events:event": Look(an_event),
    "events:health": Look(),
    "events:log": Look(queries=("", f"?q={'0' * 8}-0000-7000-8000-{'0' * 12}")),
    "events:mail": Look(),
    "events:mail_message": Look(a_mail),
    "events:replay_run": Look(a_replay),
    "events:replays": Look(),
    "events:versions": Look(),
    "people:audit": Look(),
    "people:create": Look(),
    "people:edit": Look(a_colleague),
    "people:list": Look(queries=("", "?q=zz")),
    "people:me": Look(),
    "tasks:create": Look(),
    "tasks:import": Look(),
    "tasks:import_run": Look(an_import),
    "tasks:list": Look(queries=("", "?q=zz", "?status=stranded")),
    "tasks:mine": Look(queries=("", "?q=zz")),
    "tasks:shuffle": Look(),
    "tasks:shuffle_run": Look(a_shuffle),
    "tasks:shuffles": Look(),
    "tasks:task": Look(a_task),
}

# Who looks at what comes without a row in the access matrix.
ALLAUTHS: dict[str, tuple[str, Look]] = {
    "account_change_password": ("worker", Look()),
    "account_email": ("worker", Look()),
    "account_inactive": ("anonymous", Look()),
    "account_login": ("anonymous", Look()),
    "account_logout": ("worker", Look()),
    "account_reauthenticate": ("worker", Look()),
    "account_request_login_code": ("anonymous", Look()),
    "account_reset_password": ("anonymous", Look()),
    "account_reset_password_done": ("anonymous", Look()),
    "account_reset_password_from_key": ("anonymous", Look(a_password_link)),
    "account_reset_password_from_key_done": ("anonymous", Look()),
    "account_signup": ("anonymous", Look()),
    "mfa_activate_totp": ("worker", Look()),
    "mfa_add_webauthn": ("worker", Look()),
    "mfa_deactivate_totp": ("accountant", Look()),
    "mfa_generate_recovery_codes": ("accountant", Look()),
    "mfa_index": ("accountant", Look()),
    "mfa_list_webauthn": ("worker", Look()),
    "mfa_reauthenticate": ("accountant", Look()),
    "mfa_view_recovery_codes": ("accountant", Look()),
    "people:accept": ("anonymous", Look(an_invitation)),
    "usersessions_list": ("worker", Look()),
}

# What no address alone leads to: `scenes.py` goes there step by step.
ON_THE_WAY = {
    "account_confirm_login_code",
    "account_email_verification_sent",
    "mfa_authenticate",
    "mfa_edit_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "tasks:preview",
}

# No pages: pieces of one, files, documents for programs, addresses that only lead on.
FRAGMENTS = {
    "analytics:figures",
    "analytics:rebuilding",
    "billing:balance",
    "billing:closing_progress",
    "billing:days_board",
    "billing:reconciliation_awaited",
    "billing:reward",
    "billing:statement",
    "events:broker",
    "events:catalogue_figures",
    "events:dead_letter_state",
    "events:dry_run",
    "events:figures",
    "events:replay_progress",
    "tasks:facts",
    "tasks:import_progress",
    "tasks:mine_rows",
    "tasks:rows",
    "tasks:shuffle_progress",
}
FILES = {
    "analytics:export",
    "analytics:export_in_the_red",
    "analytics:export_team",
    "billing:accounts_export",
    "billing:day_export",
    "billing:days_export",
    "billing:debts_export",
    "billing:entries_export",
    "billing:late_export",
    "billing:payouts_export",
    "billing:statement_export",
    "billing:trial_balance_export",
    "events:asyncapi",
    "events:audit_export",
    "events:dead_letters_export",
    "events:log_export",
    "mfa_download_recovery_codes",
    "people:export",
    "tasks:export",
    "tasks:rejected_lines",
}
FOR_PROGRAMS = {"healthz", "jwks", "metrics", "mfa_login_webauthn", "openapi", "readyz"}
LEADS_ON = {"account_set_password", "home", "unsent"}
NO_PAGES = FRAGMENTS | FILES | FOR_PROGRAMS | LEADS_ON


@dataclass(frozen=True)
class Address:
    """A page as one person opens it. `name` tells it from the others, in files and failures."""

    name: str
    path: str


def addresses(role: str, person: User) -> Iterator[Address]:
    """All that somebody of this role may look at; `person` is whose things they look at."""
    for route, look in looks(role):
        path = reverse(route, kwargs=look.things(person))
        for place, query in enumerate(look.queries):
            name = route.replace(":", "-") + (f"-{place + 1}" if place else "")
            yield Address(name, path + query)
    if role != "accountant":
        yield Address("not-found", "/nowhere/")


def looks(role: str) -> Iterator[tuple[str, Look]]:
    for name, method, *answers in MATRIX:
        if method == "GET" and name in LOOKS and answers[COLUMNS.index(role)] in (200, 404):
            yield name, LOOKS[name]
    for name, (whose, look) in ALLAUTHS.items():
        if whose == role:
            yield name, look
