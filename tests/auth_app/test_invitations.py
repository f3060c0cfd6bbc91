"""Whoever is taken on gets a letter, and chooses their own password."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail, signing
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from auth_app import invitations
from auth_app.audit import AuditRecord
from auth_app.models import User
from tests.conftest import ClientFor

PASSWORD = "crackers-for-me-9"
FORM = {"email": "new@popug.example", "name": "Nelly", "role": "worker", "language": "en"}


@pytest.fixture
def office(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


@pytest.fixture
def nelly(office: Client) -> User:
    office.post("/people/new/", FORM)
    return User.objects.get(email=FORM["email"])


def link() -> str:
    found = re.search(r"http://localhost:8000(/people/invitations/\S+/)", str(mail.outbox[-1].body))
    assert found
    return found.group(1)


def test_the_letter_comes_in_their_language(office: Client) -> None:
    office.post("/people/new/", FORM | {"language": "ru"})
    [letter] = mail.outbox
    assert letter.to == ["new@popug.example"]
    assert User.objects.get(email=FORM["email"]).language == "ru"


def test_it_opens_a_page_and_changes_nothing(client: Client, nelly: User) -> None:
    assert "Welcome, Nelly" in client.get(link()).content.decode()
    nelly.refresh_from_db()
    assert not nelly.has_usable_password()


def test_it_sets_the_password_and_signs_them_in(client: Client, nelly: User) -> None:
    assert client.post(link(), {"password": PASSWORD}).status_code == 302
    nelly.refresh_from_db()
    assert nelly.check_password(PASSWORD)
    assert client.session["_auth_user_id"] == str(nelly.pk)
    assert EmailAddress.objects.get(user=nelly).verified


def test_it_works_once(client: Client, nelly: User) -> None:
    client.post(link(), {"password": PASSWORD})
    other = Client()
    assert other.get(link()).status_code == 410
    assert other.post(link(), {"password": "another-perch-77"}).status_code == 410
    nelly.refresh_from_db()
    assert nelly.check_password(PASSWORD)


def test_it_works_for_three_days(client: Client, nelly: User) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
        assert client.get(link()).status_code == 410


def test_it_does_not_work_for_the_dismissed(client: Client, nelly: User) -> None:
    nelly.deactivate()
    assert client.post(link(), {"password": PASSWORD}).status_code == 410


def test_it_does_not_work_with_another_address(client: Client, nelly: User) -> None:
    nelly.change(email="elsewhere@popug.example")
    assert client.get(link()).status_code == 410


@pytest.mark.parametrize("token", ["nothing", "a:b:c", "%00", "x" * 3000])
def test_nobody_makes_one_up(client: Client, db: None, token: str) -> None:
    assert client.get(f"/people/invitations/{token}/").status_code == 410


def test_another_signature_of_ours_is_no_invitation(client: Client, nelly: User) -> None:
    content = signing.loads(link().split("/")[3], salt=invitations.SALT)
    forged = signing.dumps(content, salt="something else")
    assert client.get(f"/people/invitations/{forged}/").status_code == 410


@pytest.mark.parametrize("password", ["", "short", "password12345", "new@popug.example"])
def test_it_wants_a_good_password(client: Client, nelly: User, password: str) -> None:
    answer = client.post(link(), {"password": password})
    assert answer.status_code == 422
    assert answer.context["form"].errors["password"]


def test_it_is_sent_again(office: Client, nelly: User, client: Client) -> None:
    assert office.post(f"/people/{nelly.public_id}/invite/").status_code == 302
    assert len(mail.outbox) == 2
    assert client.get(link()).status_code == 200
    assert AuditRecord.objects.filter(action="invited", person=nelly.public_id).count() == 2


def test_whoever_has_a_password_is_not_invited(office: Client, worker: User) -> None:
    worker.set_password(PASSWORD)
    worker.save(update_fields=["password"])
    office.post(f"/people/{worker.public_id}/invite/")
    assert mail.outbox == []


def test_a_letter_that_cannot_be_sent_is_told(office: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = office.post("/people/new/", FORM, follow=True).content.decode()
    assert "could not be sent" in page
    assert User.objects.get(email=FORM["email"]).invited_at is None


def test_nothing_typed_comes_into_the_head_of_the_letter(office: Client) -> None:
    office.post("/people/new/", FORM | {"name": "<b>Nelly</b>, =1+1"})
    message = mail.outbox[0].message()
    assert "Nelly" not in str(message).partition("\n\n")[0]
    assert "Hello, <b>Nelly</b>" in str(message.get_payload())
    assert (
        office.post("/people/new/", FORM | {"name": "N\nBcc: x@popug.example"}).status_code == 422
    )
