"""Admins change names and roles, and never their own role."""

import pytest
from django.test import Client

from auth_app.audit import AuditRecord
from auth_app.models import User
from tests.conftest import ClientFor
from tests.delivery import published


@pytest.fixture
def office(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


def edit(client: Client, person: User, **form: str) -> int:
    shown = {"version": str(person.version), "reason": "asked to"}
    return client.post(f"/people/{person.public_id}/", shown | form).status_code


def test_it_changes_name_and_role(office: Client, worker: User) -> None:
    assert edit(office, worker, name="Wilma", role="accountant") == 302
    [data] = published("auth.account_updated")
    assert (data["name"], data["role"], data["version"]) == ("Wilma", "accountant", 2)


def test_it_leads_to_their_account_and_tasks(office: Client, worker: User) -> None:
    page = office.get(f"/people/{worker.public_id}/").content.decode()
    assert f'href="/billing/accounts/{worker.public_id}/"' in page
    assert f'href="/tasks/?assignee={worker.public_id}"' in page


def test_it_refuses_a_role_nobody_knows(office: Client, worker: User) -> None:
    assert edit(office, worker, name="Wilma", role="emperor") == 422
    worker.refresh_from_db()
    assert worker.name == "Wanda Worker"


def test_what_was_refused_is_not_shown_as_if_it_were_so(office: Client, manager: User) -> None:
    form = {"name": manager.name, "role": "accountant", "version": str(manager.version)}
    answer = office.post(f"/people/{manager.public_id}/", form | {"reason": ""})
    assert answer.status_code == 422
    assert answer.context["person"].role == "manager"
    assert answer.context["form"]["role"].value() == "accountant"


def test_it_refuses_a_page_from_before_anothers_change(office: Client, worker: User) -> None:
    url = f"/people/{worker.public_id}/"
    stale = {"name": "Wilma", "role": "worker", "version": "1", "reason": "asked to"}
    User.objects.get(pk=worker.pk).change(role="accountant")
    answer = office.post(url, stale)
    assert answer.status_code == 422
    assert "now “Wanda Worker”, accountant" in answer.content.decode()
    assert 'value="Wilma"' in answer.content.decode()
    worker.refresh_from_db()
    assert (worker.name, worker.role, worker.version) == ("Wanda Worker", "accountant", 2)
    assert len(published("auth.account_updated")) == 1


def test_it_overwrites_when_the_newer_state_has_been_shown(office: Client, worker: User) -> None:
    User.objects.get(pk=worker.pk).change(role="accountant")
    url = f"/people/{worker.public_id}/"
    typed = {"name": "Wilma", "role": "worker", "reason": "asked to"}
    shown = office.post(url, typed).context["form"]["version"].value()
    assert office.post(url, typed | {"version": shown}).status_code == 302
    worker.refresh_from_db()
    assert (worker.name, worker.role, worker.version) == ("Wilma", "worker", 3)


def test_it_keeps_an_admins_own_role(office: Client, admin: User, hire: object) -> None:
    assert edit(office, admin, name="Ada", role="worker") == 302
    admin.refresh_from_db()
    assert (admin.name, admin.role) == ("Ada", "admin")


def test_it_shows_nobody_who_is_not_there(office: Client, admin: User) -> None:
    unknown = "00000000-0000-7000-8000-000000000000"
    assert office.get(f"/people/{unknown}/").status_code == 404
    assert office.get(f"/people/{admin.pk}/").status_code == 404


def test_it_shows_who_somebody_is(office: Client, worker: User) -> None:
    page = office.get(f"/people/{worker.public_id}/").content.decode()
    assert worker.email in page
    assert f"/people/{worker.public_id}/deactivate/" in page


def test_it_wants_a_reason_and_keeps_it(office: Client, worker: User, admin: User) -> None:
    assert edit(office, worker, name="Wilma", role="manager", reason=" ") == 422
    assert edit(office, worker, name="Wilma", role="manager", reason="leads now") == 302
    record = AuditRecord.objects.latest("id")
    assert (record.actor, record.reason) == (admin.public_id, "leads now")
    assert record.after == {"name": "Wilma", "role": "manager"}
