"""What a form does not ask for changes nothing, whoever sends it along (I1, OWASP mass assignment).

Every form of every role is sent twice to the same state: as it is, and with everything smuggled in
that a row might have. Both leave the same, but for what is drawn, made up or timed anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from auth_app.models import User
from billing_app.models import Entry
from messaging.models import DeadLetter
from tasks_app.models import Task
from tests.architecture.access_matrix import MATRIX
from tests.architecture.state import NOTED
from tests.conftest import ClientFor
from tests.delivery import deliver_everything

Form = dict[str, str]
People = dict[str, User]
NOBODY: Final = UUID("00000000-0000-7000-8000-000000000000")
MUCH: Final = 4_242_424_242  # cents, or whatever else is counted
LONG_AGO: Final = "2001-01-01"
SMUGGLED: Final = {
    "account": "1",
    "actor": str(NOBODY),
    "amount_cents": str(MUCH),
    "assignee": "1",
    "assignee_id": str(NOBODY),
    "balance": str(MUCH),
    "completed_at": LONG_AGO,
    "day": LONG_AGO,
    "decided_by": str(NOBODY),
    "email": "smuggled@popug.example",
    "fee_cents": str(MUCH),
    "is_active": "0",
    "is_demo": "on",
    "is_superuser": "on",
    "kind": "3",
    "last_login": LONG_AGO,
    "public_id": str(NOBODY),
    "reward_cents": str(MUCH),
    "role": "admin",
    "sessions_ended": "7",
    "state": "sent",
    "status": "completed",
    "user": "1",
    "version": "999",
}
# Filters of these say what is meant, so they are no smuggling: `state`, `day`.
FILTERS: Final = {"state", "day"}
# What is drawn, made up or timed differs between any two requests.
VOLATILE: Final = ("uuid", "timestamp with time zone", "jsonb", "bigint", "double precision")
MADE_UP: Final = {"password", "session_key", "digest", "traceparent", "idempotency_key"}


Named = dict[str, Any]


def _nothing(people: People) -> Named:
    return {}


def _person(people: People) -> Named:
    return {"public_id": people["worker"].public_id}


def _own_task(people: People) -> Named:
    return {"task_id": Task.objects.open().get(title="Preen").public_id}


def _letter(people: People) -> Named:
    return {"public_id": DeadLetter.objects.parked()[0].public_id}


def _entry(people: People) -> Named:
    """Neither a payout nor the accountant's own, which they could not correct."""
    own = people["accountant"].public_id
    return {"entry_id": Entry.objects.exclude(kind=3).exclude(account__public_id=own)[0].pk}


@dataclass(frozen=True)
class Send:
    """A form as somebody of this role may well send it."""

    name: str
    role: str
    form: Form
    to: Callable[[People], Named] = _nothing


WHY: Final = {"reason": "because"}
ME: Final = {"name": "Wilma", "language": "ru", "theme": "auto"}
NEW: Final = {"email": "n@popug.example", "name": "Nelly", "role": "worker", "language": "en"}
FILE: Final = "file"
FORMS: Final = [
    Send("set_theme", "worker", {"theme": "dark"}),
    Send("set_language", "worker", {"language": "en"}),
    Send("tasks:create", "worker", {"title": "Sharpen the beak"}),
    Send("tasks:complete", "worker", {}, _own_task),
    Send("people:me", "worker", ME),
    Send("tasks:shuffle", "manager", {}),
    Send("tasks:import", "manager", {FILE: "[UBERPOP-7] Oil the hinge of the cage"}),
    Send("billing:correct", "accountant", WHY, _entry),
    Send("billing:reconcile", "accountant", {}),
    Send("billing:retry_all", "accountant", {}),
    Send("people:create", "admin", NEW),
    Send("people:edit", "admin", {"name": "Wil", "role": "manager", "version": "2"} | WHY, _person),
    Send("people:deactivate", "admin", WHY, _person),
    Send("events:discard", "admin", WHY, _letter),
    Send("events:replay", "admin", {}, _letter),
    Send("events:discard_many", "admin", {"scope": "all"} | WHY),
    Send("events:replay_many", "admin", {"scope": "all"}),
    Send("events:pause_consumer", "admin", {"consumer": "billing"} | WHY),
]
# The rest take no form but their address and a reason or nothing, through the same views as above.
WITHOUT: Final = {
    "billing:approve", "billing:close", "billing:reject", "billing:retry", "events:cancel_replay",
    "events:go_on_with_replay", "events:pause_replay", "events:restore", "events:restore_many",
    "events:resume_consumer", "events:try_without_effect", "people:accept", "people:end_session",
    "people:end_sign_in", "people:invite", "people:reactivate", "people:reset_second_factor",
    "billing:withdraw", "tasks:cancel_import", "tasks:cancel_shuffle", "tasks:preview",
    "usersessions_list",
}  # fmt: skip


def test_every_post_is_listed() -> None:
    posts = {name for name, method, *_ in MATRIX if method == "POST"}
    assert posts - WITHOUT == {send.name for send in FORMS}


@pytest.mark.parametrize("send", FORMS, ids=lambda send: send.name)
def test_what_is_smuggled_in_changes_nothing(
    send: Send, company: People, client_for: ClientFor
) -> None:
    task = Task.create(title="Preen")
    Task.objects.filter(pk=task.pk).update(assignee_id=company["worker"].public_id)
    deliver_everything()
    client, address = client_for(company[send.role]), reverse(send.name, kwargs=send.to(company))
    extra = {key: value for key, value in SMUGGLED.items() if key not in FILTERS | set(send.form)}
    plain = _left_by(client, address, send.form)
    assert plain[0] in {200, 204, 302}
    assert _left_by(client, address, send.form | extra) == plain


def _left_by(client: Client, address: str, form: Form) -> tuple[int, dict[str, list[Any]]]:
    """The answer, and what is in every table afterwards; then all is undone."""
    upload = {FILE: ContentFile(form[FILE], "perches.txt")} if FILE in form else {}
    with transaction.atomic():
        status = client.post(address, form | upload).status_code
        left = {table: _rows(table, columns) for table, columns in _columns().items()}
        assert _smuggled_into() == set()
        transaction.set_rollback(True)
    return status, left


def _smuggled_into() -> set[str]:
    """The tables in which any column says what nobody but a smuggler has said."""
    with connection.cursor() as cursor:
        found = set()
        for table in connection.introspection.table_names(cursor):
            words = f"\\m({NOBODY}|{MUCH}|{LONG_AGO})\\M"
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table} t WHERE t::text ~ %s)", [words])
            found |= {table} if cursor.fetchone()[0] else set()
    return found


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE auth_app_user SET public_id = '00000000-0000-7000-8000-000000000000'",
        "UPDATE auth_app_user SET last_login = '2001-01-01T12:00:00Z'",
        "UPDATE tasks_app_task SET description = 'Feed 4242424242 parrots'",
    ],
)
def test_what_is_smuggled_in_would_be_seen(worker: User, change: str) -> None:
    Task.create(title="Preen")
    assert _smuggled_into() == set()
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert len(_smuggled_into()) == 1


def _columns() -> dict[str, list[str]]:
    """Table → the columns that do not differ between any two requests."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type <> ALL(%s)",
            [list(VOLATILE)],
        )
        found: dict[str, list[str]] = {}
        for table, column in cursor.fetchall():
            if table not in NOTED and column not in MADE_UP:
                found.setdefault(table, []).append(f'"{column}"')
    return found


def _rows(table: str, columns: list[str]) -> list[Any]:
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {table}")
        return sorted(map(repr, cursor.fetchall()))
