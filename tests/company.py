"""A company with some history, and a visitor who follows every link through it."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve
from pytest_django.fixtures import Settings
from uuid_utils.compat import uuid7

from auth_app.models import User
from billing_app import closing, payouts
from messaging.business_day import today
from messaging.inbox import deliver
from tasks_app import importing, shuffle, task_files
from tasks_app.models import Task
from tests.billing_app.facts import completed
from tests.delivery import deliver_everything
from tests.messaging.letters import malformed

if TYPE_CHECKING:
    from tests.conftest import Hire

FILE = "\n".join(f"[UBERPOP-{n}] Почистить клетку" for n in range(9)) + "\n[сломано"
SPOKEN = {"title", "aria-label", "placeholder", "alt", "data-label", "data-close", "data-failed"}
SPOKEN |= {"data-confirm", "data-confirm-title", "data-confirm-label", "data-default"}
UNSPOKEN = {"script", "style", "pre", "code"}


class Page(HTMLParser):
    """What a page says to people, piece by piece, and where it leads. The words of a contract are
    English in every language, and say so (`lang`); they are not counted."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.says: list[str] = []
        self.links: list[str] = []
        self.silent = 0
        self.quoting: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in UNSPOKEN
        if tag in self.quoting or (tag != "html" and ("lang", "en") in attrs):
            self.quoting.append(tag)
        self.says += [value or "" for name, value in attrs if name in SPOKEN]
        self.links += [value or "" for name, value in attrs if name in {"href", "hx-get"}]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in UNSPOKEN
        if self.quoting and self.quoting[-1] == tag:
            self.quoting.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent and not self.quoting:
            self.says.append(" ".join(data.split()))


@pytest.fixture
def people(worker: User, manager: User, accountant: User, admin: User) -> dict[str, User]:
    """One of each role, all with Russian pages."""
    staff = {person.role: person for person in (worker, manager, accountant, admin)}
    for person in staff.values():
        person.change(language="ru")
    deliver_everything()
    return staff


@pytest.fixture
def company(people: dict[str, User], hire: "Hire", settings: Settings) -> dict[str, User]:
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
