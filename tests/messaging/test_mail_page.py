"""Kept mail can be read, and nothing else in the folder or outside of it."""

from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django.fixtures import Settings

from auth_app.models import User
from messaging import mailbox
from tests.conftest import ClientFor
from tests.messaging.letters import UNKNOWN


@pytest.fixture
def office(client_for: ClientFor, admin: User, settings: Settings) -> Client:
    settings.EMAIL_BACKEND = "messaging.mailbox.EmailBackend"
    return client_for(admin)


def send(subject: str, text: str) -> mailbox.Mail:
    EmailMessage(subject, text, to=["polly@popug.example"]).send()
    return mailbox.newest()[0]


def test_it_says_when_there_is_none(office: Client) -> None:
    assert "No mail yet" in office.get("/events/mail/").content.decode()


def test_it_lists_the_newest_first(office: Client) -> None:
    send("First", "…")
    send("Second", "…")
    mails = office.get("/events/mail/").context["mails"]
    assert [mail.subject for mail in mails] == ["Second", "First"]


def test_it_shows_a_mail_as_text(office: Client) -> None:
    mail = send("Вам выплачено", "12 $ <script>alert(1)</script>")
    page = office.get(f"/events/mail/{mail.name}/").content.decode()
    assert "Вам выплачено" in page
    assert "polly@popug.example" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("name", [str(UNKNOWN), "..%2Fsecrets", "../secrets", "secrets.json"])
def test_it_opens_nothing_else(office: Client, tmp_path: Path, name: str) -> None:
    (tmp_path / "secrets.eml").write_text("Subject: secret\n\nsecret")
    assert office.get(f"/events/mail/{name}/").status_code == 404


def test_where_mail_goes_out_none_is_kept(office: Client, settings: Settings) -> None:
    mail = send("First", "…")
    settings.MAIL_IS_KEPT = False
    assert office.get("/events/mail/").status_code == 404
    assert office.get(f"/events/mail/{mail.name}/").status_code == 404
    assert "/events/mail/" not in office.get("/events/health/").content.decode()
