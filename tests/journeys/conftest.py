"""People who can sign in, and a browser that shows what went wrong."""

import re
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, ConsoleMessage, Page

from auth_app import second_factor
from auth_app.models import User
from billing_app.models import Entry
from tests.conftest import enrol
from tests.running import Running

PASSWORD = "correct-horse-battery"
Known = Callable[..., User]
SignIn = Callable[[User], Page]


@pytest.fixture
def known(system: Running) -> Known:
    """Register a person and wait until every service knows them."""

    def register(name: str, role: str = "worker", **fields: str) -> User:
        login = name.lower().replace(" ", ".")
        person = User.objects.register(
            f"{login}@popug.example", name, PASSWORD, role=role, **fields
        )
        person.vouch_for_email()
        system.settle()
        return enrol(person)

    return register


@pytest.fixture
def sign_in(system: Running, browser: Browser) -> Iterator[SignIn]:
    """A browser of one's own for a person, signed in through the form.

    At the end nothing may have been said on its console: no error, no refused script or style. That
    a form came back with its errors (422) is no error of the page.
    """
    said: list[str] = []
    contexts = []

    def open_for(person: User) -> Page:
        context = browser.new_context(locale="en-US")
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda word: said.append(word.text) if is_error(word) else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{system.url}/accounts/login/")
        page.get_by_label("E-mail").fill(person.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        prove_it_with_a_code(page, person)
        page.wait_for_url(lambda url: "/accounts/" not in url)
        return page

    yield open_for
    for context in contexts:
        context.close()
    assert said == []


def prove_it_with_a_code(page: Page, person: User) -> None:
    """A recovery code: an app's counts once in half a minute only."""
    if second_factor.enrolled(person):
        codes = Authenticator.objects.get(user=person, type="recovery_codes").wrap()
        page.get_by_label("Code").fill(codes.get_unused_codes()[0])
        page.get_by_role("button", name="Sign in", exact=True).click()


def is_error(word: ConsoleMessage) -> bool:
    return word.type == "error" and "status of 422" not in word.text


def entries_of(account_id: UUID) -> list[int]:
    """What was booked for this person, in cents, oldest first."""
    booked = Entry.objects.of(account_id).order_by("id")
    return list(booked.values_list("amount_cents", flat=True))


def code_from_mail(system: Running) -> str:
    """The newest code that was mailed to anybody."""
    letters = system.wait_until(lambda: sorted(system.mail_dir.glob("*.eml")), what="a letter")
    found = re.search(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", letters[-1].read_text(), re.MULTILINE)
    assert found
    return found.group()
