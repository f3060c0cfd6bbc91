"""Russian pages speak Russian: whatever the catalogue has in English appears on none of them.

Each role follows every link it sees, one page of each kind, through a company with some history.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve
from pytest_django.fixtures import Settings
from uuid_utils.compat import uuid7

from auth_app.models import User
from billing_app import closing, payouts
from messaging import mailbox
from messaging.business_day import today
from messaging.inbox import deliver
from pages import translations
from tasks_app import importing, shuffle, task_files
from tasks_app.models import Task
from tests.billing_app.facts import completed
from tests.conftest import ClientFor, Hire
from tests.delivery import deliver_everything
from tests.messaging.letters import malformed

FILE = "\n".join(f"[UBERPOP-{n}] Почистить клетку" for n in range(9)) + "\n[сломано"
SPOKEN = {"title", "aria-label", "placeholder", "alt", "data-label", "data-close", "data-failed"}
SPOKEN |= {"data-confirm", "data-confirm-title", "data-confirm-label", "data-default"}
UNSPOKEN = {"script", "style", "pre", "code"}
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


class Page(HTMLParser):
    """What a page says to people, piece by piece, and where it leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.says: list[str] = []
        self.links: list[str] = []
        self.silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in UNSPOKEN
        self.says += [value or "" for name, value in attrs if name in SPOKEN]
        self.links += [value or "" for name, value in attrs if name in {"href", "hx-get"}]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in UNSPOKEN

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.says.append(" ".join(data.split()))


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


@pytest.fixture
def people(worker: User, manager: User, accountant: User, admin: User) -> dict[str, User]:
    """One of each role, all with Russian pages."""
    staff = {person.role: person for person in (worker, manager, accountant, admin)}
    for person in staff.values():
        person.change(language="ru")
    deliver_everything()
    return staff


@pytest.fixture
def company(people: dict[str, User], hire: Hire, settings: Settings) -> dict[str, User]:
    """An import, a shuffle, somebody who leaves, a closed day with notices, a dead letter."""
    settings.EMAIL_BACKEND = "messaging.mailbox.EmailBackend"
    settings.DEMO = True
    leaver = hire("Leaver")
    leaver.change(language="ru")  # who may be drawn, earn and be written to
    run = importing.start(task_files.read(FILE.encode(), "задачи.txt"))
    importing.go_on(run.pk)
    shuffle.start(people["manager"].public_id)
    shuffle.go_on_with_all()
    leaver.deactivate()
    payee = hire("Payee")
    payee.change(language="ru")
    for task in Task.objects.all()[:6]:
        task.complete(task.assignee_id)
    deliver_everything()
    deliver("billing", [completed(uuid7(), payee.public_id)])
    closing.close(today(), by=people["accountant"].public_id, early=True)
    payouts.send_due_notices()
    malformed()
    deliver_everything()
    return people


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


def walk(client: Client, given: list[str]) -> Iterator[tuple[str, Page]]:
    """Every address given, and one page of each kind that a link leads to."""
    waiting, seen = list(given), set[str]()
    while waiting:
        url = waiting.pop()
        if url in seen or (url not in given and kind(url) in {"", *seen}):
            continue
        seen |= {url} if url in given else {url, kind(url)}
        answer = client.get(url, follow=True)
        if answer.headers["Content-Type"].startswith("text/html"):
            page = Page(answer.content.decode())
            waiting += [urljoin(url, link.partition("?")[0]) for link in page.links if link]
            yield url, page


def kind(url: str) -> str:
    try:
        return resolve(urlsplit(url.removeprefix("POST ")).path).view_name
    except Resolver404:
        return ""
