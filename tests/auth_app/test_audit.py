"""Who changed whom, and why: on record with the change, and closed to edits."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from auth_app.audit import AuditRecord
from auth_app.models import LastAdmin, OwnStanding, User
from messaging.context import acting

ERASE = "DELETE FROM auth_app_audit"


def last() -> AuditRecord:
    return AuditRecord.objects.latest("id")


def test_a_change_says_who_made_it_and_why(admin: User, worker: User) -> None:
    with acting(admin.public_id) as origin:
        worker.change("promoted", role="manager")
    record = last()
    assert (record.actor, record.actor_role, record.person) == (
        admin.public_id,
        "admin",
        worker.public_id,
    )
    assert (record.before, record.after) == ({"role": "worker"}, {"role": "manager"})
    assert (record.reason, record.request_id) == ("promoted", origin.correlation_id)


def test_it_tells_dismissals_from_returns(worker: User) -> None:
    worker.deactivate("flew away")
    worker.reactivate("came back")
    told = AuditRecord.objects.filter(person=worker.public_id).order_by("id")
    assert list(told.values_list("action", "reason")) == [
        ("joined", ""),
        ("deactivated", "flew away"),
        ("reactivated", "came back"),
    ]


def test_nothing_new_is_nothing_on_record(worker: User) -> None:
    worker.change(name=worker.name)
    assert last().action == "joined"


def test_what_is_refused_is_not_on_record(admin: User) -> None:
    with pytest.raises(LastAdmin):
        admin.deactivate("oops")
    assert last().action == "joined"


@pytest.mark.parametrize("change", [{"role": "worker"}, {"is_active": False}])
def test_nobody_decides_about_themselves(admin: User, change: dict[str, Any]) -> None:
    User.objects.register("other@popug.example", "Other Admin", None, role="admin")
    with acting(admin.public_id), pytest.raises(OwnStanding):
        admin.change(**change)
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == ("admin", True)


@pytest.mark.parametrize("edit", ["UPDATE auth_app_audit SET reason = ''", ERASE])
def test_nobody_edits_it(worker: User, edit: str) -> None:
    with connection.cursor() as cursor, transaction.atomic():
        with pytest.raises(DatabaseError, match="append-only"):
            cursor.execute(edit)
        transaction.set_rollback(True)
