"""What an assignment refers to stays: the database sees to it for whole statements (B3)."""

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from auth_app.models import User
from tasks_app import shuffle
from tasks_app.models import Account, Assignment
from tests.tasks_app.conftest import MakeTasks, Meanwhile, somebody_waits_for_a_lock

TABLES = ("tasks_app_task", "tasks_app_account", "tasks_app_shufflerun")
KEYS = {"tasks_app_task": "id", "tasks_app_account": "public_id", "tasks_app_shufflerun": "id"}


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def assign(task_id: int, account_id: UUID, shuffle_id: UUID | None = None) -> None:
    with transaction.atomic():
        Assignment.objects.bulk_create(
            [
                Assignment(
                    task_id=task_id,
                    account_id=account_id,
                    shuffle_id=shuffle_id,
                    task_version=99,
                    assigned_at=timezone.now(),
                )
            ]
        )


def nobody() -> Account:
    """Whom no task refers to."""
    return Account.objects.create(
        public_id=uuid7(), name="Nobody yet", role="worker", is_active=True, version=1
    )


def delete(account: Account) -> None:
    execute(f"DELETE FROM tasks_app_account WHERE public_id = '{account.pk}'")


@pytest.fixture
def shuffled(db: None, make_tasks: MakeTasks, manager: User) -> None:
    make_tasks(3)
    shuffle.go_on(shuffle.start(manager.public_id).pk)


@pytest.mark.parametrize("wrong", ["task_id", "account_id", "shuffle_id"])
def test_it_refers_to_what_is_there(wrong: str, shuffled: None) -> None:
    known = Assignment.objects.filter(shuffle__isnull=False)[0]  # a shuffle draws a task once
    nothing = -1 if wrong == "task_id" else uuid7()
    given: dict[str, Any] = {
        "task_id": known.task_id,
        "account_id": known.account_id,
        "shuffle_id": None,
    }
    with pytest.raises(IntegrityError, match="no task, to nobody or by no shuffle"):
        assign(**given | {wrong: nothing})


@pytest.mark.parametrize("column", ["task_id", "account_id", "shuffle_id"])
def test_it_keeps_what_it_refers_to(column: str, shuffled: None) -> None:
    with pytest.raises(IntegrityError, match="keeps its task"):
        execute(f"UPDATE tasks_app_assignment SET {column} = {column}")


@pytest.mark.parametrize("table", TABLES)
def test_what_it_refers_to_is_not_deleted(table: str, shuffled: None) -> None:
    with pytest.raises(IntegrityError, match="there are assignments of what was to be deleted"):
        execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", TABLES)
def test_what_it_refers_to_is_called_as_before(table: str, shuffled: None) -> None:
    with pytest.raises(IntegrityError, match="refer to"):
        execute(f"UPDATE {table} SET {KEYS[table]} = {KEYS[table]}")


def test_shuffles_are_not_emptied_away(shuffled: None) -> None:
    with pytest.raises(IntegrityError, match="there are assignments of what was to be emptied"):
        execute("TRUNCATE tasks_app_shufflerun")


@pytest.mark.django_db(transaction=True)
def test_what_is_being_assigned_is_not_deleted_meanwhile(
    worker: User, make_tasks: MakeTasks, meanwhile: Meanwhile
) -> None:
    """The other transaction can't see the assignment yet, and may not act as if there were none."""
    [task] = make_tasks(1, for_=worker)
    other = nobody()
    with transaction.atomic():
        assign(task.pk, other.pk)
        deleting = meanwhile(delete, other)
        somebody_waits_for_a_lock()
    with pytest.raises(IntegrityError, match="there are assignments of what was to be deleted"):
        deleting.result()
    assert Account.objects.filter(pk=other.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_being_deleted_is_not_assigned_meanwhile(
    worker: User, make_tasks: MakeTasks, meanwhile: Meanwhile
) -> None:
    [task] = make_tasks(1, for_=worker)
    other = nobody()
    with transaction.atomic():
        delete(other)
        assigning = meanwhile(assign, task.pk, other.pk)
        somebody_waits_for_a_lock()
    with pytest.raises(IntegrityError, match="no task, to nobody or by no shuffle"):
        assigning.result()


def test_what_nothing_refers_to_may_go(db: None) -> None:
    other = nobody()
    other.delete()
    assert not Account.objects.filter(pk=other.pk).exists()
