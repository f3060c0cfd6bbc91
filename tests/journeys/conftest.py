"""People who can sign in, and a browser that shows what went wrong."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from auth_app.models import User
from billing_app.models import Entry
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
        system.settle()
        return person

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
        page.get_by_label("Email").fill(person.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/accounts/" not in url)
        return page

    yield open_for
    for context in contexts:
        context.close()
    assert said == []


def is_error(word: ConsoleMessage) -> bool:
    return word.type == "error" and "status of 422" not in word.text


def entries_of(account_id: UUID) -> list[int]:
    """What was booked for this person, in cents, oldest first."""
    booked = Entry.objects.of(account_id).order_by("id")
    return list(booked.values_list("amount_cents", flat=True))
