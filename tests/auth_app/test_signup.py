"""Anonymous sign-up makes a worker, whatever the form carries (I1)."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from auth_app.adapter import AccountAdapter
from auth_app.models import User
from billing_app.models import Account
from tasks_app.models import NobodyToAssign, Task
from tests.conftest import LETTERS, ClientFor
from tests.delivery import deliver_everything, published

pytestmark = pytest.mark.django_db

FORM = {"name": "Polly", "email": "Polly@Popug.example", "password1": "crackers-for-me-9"}


@pytest.fixture(autouse=True)
def _no_rate_limit_from_before() -> None:
    cache.clear()


def sign_up(client: Client, **more: str) -> Any:
    return client.post("/accounts/signup/", FORM | more)


def code_from_mail() -> str:
    found = re.search(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found.group()


def confirm(client: Client, code: str) -> Any:
    return client.post("/accounts/confirm-email/", {"code": code})


def test_it_makes_a_worker(client: Client) -> None:
    assert sign_up(client).status_code == 302
    person = User.objects.get()
    assert (person.email, person.role) == ("polly@popug.example", "worker")


@pytest.mark.parametrize("kept", [True, False])
def test_it_says_where_the_code_lies_if_it_is_not_sent(
    client: Client, settings: Settings, kept: bool
) -> None:
    settings.MAIL_IS_KEPT = kept
    sign_up(client)
    assert ("var/mail" in client.get("/accounts/confirm-email/").content.decode()) is kept


@LETTERS
def test_it_lets_in_whoever_has_the_code_from_the_mail(client: Client) -> None:
    sign_up(client)
    assert "_auth_user_id" not in client.session
    assert confirm(client, code_from_mail()).status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


@LETTERS
def test_it_lets_nobody_guess_the_code(client: Client) -> None:
    sign_up(client)
    answers = [confirm(client, "AAAA-AAAA").status_code for _ in range(3)]
    assert answers == [422, 422, 302]
    confirm(client, code_from_mail())
    assert "_auth_user_id" not in client.session


def test_it_tells_every_service(client: Client) -> None:
    sign_up(client)
    [data] = published("auth.account_created")
    assert (data["name"], data["role"]) == ("Polly", "worker")


@LETTERS
def test_whose_address_is_unconfirmed_gets_no_tasks(client: Client) -> None:
    """Or strangers would take a share of every shuffle."""
    sign_up(client)
    deliver_everything()
    with pytest.raises(NobodyToAssign):
        Task.create(title="Preen")
    assert Account.objects.filter(public_id=User.objects.get().public_id).exists()  # B1
    confirm(client, code_from_mail())
    deliver_everything()
    assert Task.create(title="Preen").assignee.name == "Polly"


def test_a_crash_after_the_confirmation_is_made_good_at_the_next_sign_in(client: Client) -> None:
    sign_up(client)
    assert EmailAddress.objects.update(verified=True) == 1
    given = {"login": FORM["email"], "password": FORM["password1"]}
    answer = Client().post("/accounts/login/", given)
    assert answer.headers["Location"] == "/"
    assert [data["is_active"] for data in published("auth.account_updated")] == [True]


@LETTERS
@pytest.mark.parametrize("service", ["tasks", "billing", "analytics"])
def test_a_token_newer_than_what_a_service_knows_is_believed(service: str, client: Client) -> None:
    """Who has confirmed the address need not wait for the event to arrive."""
    sign_up(client)
    deliver_everything()
    confirm(client, code_from_mail())
    given = {"email": FORM["email"], "password": FORM["password1"]}
    token = client.post("/api/v1/token", given, content_type="application/json").json()["access"]
    page = {"tasks": "tasks", "billing": "billing/balance", "analytics": "analytics/summary"}
    answer = client.get(f"/api/v1/{page[service]}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == (403 if service == "analytics" else 200)


def test_it_ignores_a_role_that_was_smuggled_in(client: Client) -> None:
    sign_up(client, role="admin", is_active="", version="9", is_superuser="on")
    person = User.objects.get()
    assert (person.role, person.is_active, person.version) == ("worker", True, 1)


@LETTERS
def test_it_sends_a_mail_to_confirm_the_address(client: Client) -> None:
    sign_up(client)
    [message] = mail.outbox
    assert message.to == ["polly@popug.example"]
    assert code_from_mail()


@LETTERS
def test_the_mail_carries_nothing_that_a_stranger_typed(client: Client) -> None:
    sign_up(client, name="Win at https://evil.example")
    assert "evil" not in f"{mail.outbox[0].body}{mail.outbox[0].subject}"


def test_it_takes_an_address_only_once(client: Client, worker: User) -> None:
    sign_up(client, email=worker.email.upper())
    assert User.objects.count() == 1
    assert len(published("auth.account_created")) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password1", "short"),
        ("email", "no address"),
        ("email", "polly@попуг.рф"),
        ("email", f"{'p' * 65}@popug.example"),
        ("name", ""),
        ("name", "Polly\r\nBcc: all@popug.example"),
        ("email", "polly@popug.example\nBcc: all@popug.example"),
    ],
)
def test_it_names_what_is_wrong(client: Client, field: str, value: str) -> None:
    response = sign_up(client, **{field: value})
    assert response.status_code == 422
    assert response.context["form"].errors[field]
    assert not User.objects.exists()


def test_it_speaks_the_language_of_the_browser(client: Client) -> None:
    client.post("/accounts/signup/", FORM, headers={"Accept-Language": "ru"})
    assert User.objects.get().language == "ru"


def test_a_new_address_is_one_that_events_can_carry(client_for: ClientFor, worker: User) -> None:
    new = {"email": "wanda@попуг.рф", "action_add": ""}
    answer = client_for(worker).post("/accounts/email/", new)
    assert answer.status_code == 422
    assert answer.context["form"].errors["email"]


@LETTERS
def test_a_mail_server_that_is_away_is_told(client: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = client.post("/accounts/signup/", FORM, follow=True).content.decode()
    assert "could not be sent" in page


@LETTERS
def test_no_letter_goes_while_others_wait_for_a_row(worker: User, rf: RequestFactory) -> None:
    request = rf.get("/")
    with request_context(request), transaction.atomic():
        adapter = AccountAdapter(request)
        adapter.send_mail("mfa/email/webauthn_added", worker.email, {"user": worker})
        assert mail.outbox == []
    assert [letter.to for letter in mail.outbox] == [[worker.email]]
