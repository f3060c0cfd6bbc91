"""Russian pages speak Russian: whatever the catalogue has in English appears on none of them.

Each role follows every link it sees, one page of each kind, through a company with some history.
"""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from auth_app.models import User
from messaging import mailbox
from pages import translations
from tests.company import Page, kind, walk
from tests.conftest import ClientFor

IN_ITS_OWN_LANGUAGE = {"English"}
NOBODY = "00000000-0000-7000-8000-000000000000"

# What no link leads to: searches that find nothing, days without figures, forms filled in wrong.
ALSO = {
    "worker": ["/tasks/?q=zz", "/billing/?day=2001-01-01", "/billing/days/", "/nowhere/"],
    "manager": ["/tasks/?status=stranded"],
    "accountant": ["/billing/accounts/?q=zz", "/billing/payouts/?day=2001-01-01"],
    "admin": [
        "/analytics/?period=month",
        "/analytics/?period=day&day=2001-01-01",
        "/analytics/?period=span&from=2001-02-03",
        "/people/?q=zz",
        f"/events/?q={NOBODY}",
        "/events/dead-letters/?state=discarded",
    ],
}
WRONG = {
    "worker": ["/tasks/new/", "/people/me/"],
    "manager": ["/tasks/import/"],
    "accountant": [],
    "admin": ["/people/new/", "/events/dead-letters/discard/"],
}
KINDS = {
    "worker": "tasks:mine tasks:list tasks:task tasks:create billing:account billing:entry "
    "people:me account_change_password",
    "manager": "tasks:shuffle tasks:shuffles tasks:shuffle_run tasks:import tasks:import_run",
    "accountant": "billing:days billing:day billing:accounts billing:account_of billing:payouts "
    "billing:reconciliation",
    "admin": "analytics:summary analytics:in_the_red people:list people:create people:edit "
    "events:log events:event events:dead_letters events:dead_letter events:health events:mail",
}


class English:
    """All that is said otherwise in Russian: as a whole, or in pieces of three words and more."""

    def __init__(self) -> None:
        messages = [message for message in translations.load("ru") if message.id]
        pairs = [(forms(message.id), forms(message.string or "")) for message in messages]
        self.whole = {form for ids, strings in pairs for form in set(ids) - set(strings)}
        self.whole -= IN_ITS_OWN_LANGUAGE
        self.pieces = {piece for form in self.whole for piece in pieces(form)}

    def on(self, page: Page) -> set[str]:
        text = " ".join(page.says)
        return (self.whole & set(page.says)) | {piece for piece in self.pieces if piece in text}


def forms(text: str | list[str] | tuple[str, ...]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def pieces(form: str) -> Iterator[str]:
    """What stands between placeholders and tags."""
    for piece in re.split(rf"{translations.PLACEHOLDER.pattern}|<[^>]+>", form):
        if len(words := piece.split()) >= 3:
            yield " ".join(words)


@pytest.fixture(scope="module")
def english() -> English:
    return English()


@pytest.mark.parametrize("role", KINDS)
def test_nothing_is_left_in_english(
    role: str, company: dict[str, User], client_for: ClientFor, english: English
) -> None:
    client = client_for(company[role])
    seen = dict(walk(client, ["/", *ALSO[role]]))
    seen |= {f"POST {url}": Page(client.post(url).content.decode()) for url in WRONG[role]}
    assert {url: found for url, page in seen.items() if (found := english.on(page))} == {}
    assert set(KINDS[role].split()) <= {kind(url) for url in seen}


@pytest.mark.parametrize("path", ["login/", "signup/", "password/reset/"])
def test_whoever_comes_finds_their_browsers_language(
    path: str, db: None, settings: Settings, english: English
) -> None:
    settings.DEMO = True
    client = Client(headers={"Accept-Language": "ru"})
    answer = client.get(f"/accounts/{path}").content.decode()
    assert '<html lang="ru"' in answer
    assert english.on(Page(answer)) == set()


def test_what_has_happened_is_said_in_russian(
    company: dict[str, User], client_for: ClientFor, english: English
) -> None:
    client = client_for(company["worker"])
    page = client.post("/tasks/new/", {"title": "Смазать жёрдочку"}, follow=True).content.decode()
    assert "Задача «Смазать жёрдочку» создана. Исполнитель:" in page
    assert english.on(Page(page)) == set()


def test_a_notice_of_a_payout_ends_with_the_year(company: dict[str, User]) -> None:
    text = next(mail.text for mail in mailbox.newest() if "Вам выплачено" in mail.text)
    first = text.splitlines()[0]
    assert first.endswith("г.")
    assert not first.endswith("..")
