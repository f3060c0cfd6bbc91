"""The people of every test, known to every service, and their browsers."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client
from django.utils import translation
from pytest_django.fixtures import Settings

from auth_app import second_factor
from auth_app.models import User
from messaging.catalogue import entries
from tests import browser
from tests.company import company, people
from tests.delivery import deliver_everything

__all__ = ["company", "people"]

PASSWORD = "correct-horse-battery"
APP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Hire(Protocol):
    def __call__(self, name: str, role: str = "worker", password: str | None = None) -> User: ...


ClientFor = Callable[..., Client]

# Letters go once what they are about is committed, which an ordinary test never does.
LETTERS = pytest.mark.django_db(transaction=True)


def pytest_configure(config: pytest.Config) -> None:
    """Russian as the catalogue has it now; once a run, before xdist's workers begin."""
    if not hasattr(config, "workerinput"):
        call_command("translations", "--compile")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return browser.launch_options()


@pytest.fixture(autouse=True)
def _quick_and_tidy(settings: Settings, tmp_path: Path) -> None:
    """Passwords need not be hard to guess here; mail and language belong to the test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MAIL_DIR = tmp_path / "mail"
    caches["pieces"].clear()
    entries._entry.cache_clear()  # in the words of a catalogue that another test may have changed
    translation.deactivate()  # the last request of another test may have been a Russian one


def enrol(person: User) -> User:
    """Give a person the second factor that their role asks for."""
    if second_factor.required(person) and not second_factor.enrolled(person):
        TOTP.activate(person, APP_SECRET)
        RecoveryCodes.activate(person)
    return person


def sign_in(client: Client, person: User) -> None:
    """As somebody who has just proved who they are."""
    client.force_login(person)
    session = client.session
    proof = {"method": "password", "at": time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [proof]
    session["account_authentication_methods_user"] = str(person.pk)
    session["began_at"] = session["seen_at"] = int(time.time())  # else the first page notes it
    session.save()


@pytest.fixture
def hire(db: None) -> Hire:
    """Register a person and tell every service: `hire("Polly", "manager")`."""

    def register(name: str, role: str = "worker", password: str | None = None) -> User:
        email = f"{name.lower().replace(' ', '.')}@popug.example"
        person = User.objects.register(email, name, password, role=role)
        person.vouch_for_email()
        deliver_everything()
        return enrol(person)

    return register


@pytest.fixture
def worker(hire: Hire) -> User:
    return hire("Wanda Worker")


@pytest.fixture
def colleague(hire: Hire) -> User:
    """Another worker, with whom `worker` has to do."""
    return hire("Colin Colleague")


@pytest.fixture
def stranger(hire: Hire) -> User:
    """A worker with whom nobody has to do."""
    return hire("Stella Stranger")


@pytest.fixture
def manager(hire: Hire) -> User:
    return hire("Mona Manager", "manager")


@pytest.fixture
def accountant(hire: Hire) -> User:
    return hire("Arthur Accountant", "accountant")


@pytest.fixture
def admin(hire: Hire) -> User:
    return hire("Ada Admin", "admin")


@pytest.fixture
def client_for() -> ClientFor:
    """A signed-in browser: `client_for(worker)`; `client_for(worker, htmx=True)` asks as htmx."""

    def open_for(person: User, htmx: bool = False) -> Client:
        client = Client(headers={"HX-Request": "true"} if htmx else {})
        sign_in(client, person)
        return client

    return open_for
