"""People and their events (I1)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.test import Client

from auth_app.models import LastAdmin, User
from tests.conftest import PASSWORD, Hire
from tests.delivery import published


def test_it_tells_of_a_new_person(worker: User) -> None:
    [data] = published("auth.account_created")
    assert (data["account_id"], data["version"]) == (str(worker.public_id), 1)
    assert (data["role"], data["is_active"]) == ("worker", True)


def test_djangos_own_command_makes_the_first_admin(
    client: Client, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    person = {"email": "Ada@Popug.example", "name": "Ada"}
    call_command("createsuperuser", interactive=False, verbosity=0, **person)
    [data] = published("auth.account_created")
    assert (data["email"], data["role"], data["is_active"]) == ("ada@popug.example", "admin", True)
    given = {"login": "ada@popug.example", "password": PASSWORD}
    assert client.post("/accounts/login/", given).headers["Location"] == "/"


def test_it_tells_of_every_change_with_the_next_version(worker: User) -> None:
    worker.change(role="accountant")
    worker.deactivate()
    told = [(event["version"], event["role"]) for event in published("auth.account_updated")]
    assert told == [(2, "accountant"), (3, "accountant")]


def test_it_tells_nothing_when_nothing_changes(worker: User) -> None:
    assert not worker.change(name=worker.name, is_active=True)
    assert published("auth.account_updated") == []


def test_it_changes_nothing_of_what_others_changed_meanwhile(worker: User) -> None:
    stale = User.objects.get(pk=worker.pk)
    worker.change(role="manager")
    stale.change(name="Wilma")
    worker.refresh_from_db()
    assert (worker.role, worker.name, worker.version) == ("manager", "Wilma", 3)


def test_it_tells_when_the_sign_in_pages_write_another_email(worker: User) -> None:
    worker.email = "Wanda@Elsewhere.example"
    worker.save(update_fields=["email"])
    [data] = published("auth.account_updated")
    assert (data["email"], data["version"]) == ("wanda@elsewhere.example", 2)


def test_it_keeps_emails_unique_whatever_their_case(worker: User) -> None:
    with pytest.raises(IntegrityError):
        User.objects.register(worker.email.upper(), "Double", None)


@pytest.mark.parametrize("change", [{"role": "worker"}, {"is_active": False}])
def test_it_keeps_the_last_admin(admin: User, change: dict[str, Any]) -> None:
    with pytest.raises(LastAdmin):
        admin.change(**change)
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == ("admin", True)


def test_an_inactive_admin_does_not_count(admin: User, hire: Hire) -> None:
    hire("Alex Admin", "admin").deactivate()
    with pytest.raises(LastAdmin):
        admin.deactivate()


@pytest.mark.django_db(transaction=True)
def test_two_admins_cannot_dismiss_each_other(admin: User, hire: Hire) -> None:
    other = hire("Alex Admin", "admin")
    with ThreadPoolExecutor(2) as pool:
        refused = list(pool.map(_refuses_dismissal, [admin, other]))
    assert sorted(refused) == [False, True]
    assert User.objects.filter(role="admin", is_active=True).count() == 1


def _refuses_dismissal(person: User) -> bool:
    try:
        person.deactivate()
    except LastAdmin:
        return True
    finally:
        connection.close()
    return False
