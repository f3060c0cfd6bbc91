"""Texts that nobody marked for translation, and pages that break when texts are long."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from auth_app.models import User
from billing_app.models import Correction
from messaging import mailbox
from messaging.models import DeadLetter
from tasks_app.models import Task
from tests.browsing import findings, happenings, pseudo
from tests.browsing.pages import ROLES, addresses
from tests.browsing.visitor import visiting
from tests.conftest import Hire
from tests.delivery import deliver_everything


@pytest.mark.parametrize("role", ROLES)
def test_every_text_is_translated_and_may_be_long(
    role: str,
    staff: dict[str, User],
    live_server: LiveServer,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = staff[role]
    pseudo.speak(monkeypatch)
    wrong: list[str] = []
    with visiting(browser, live_server.url, person, locale="ru-RU") as visitor:
        for address in addresses(role, person):
            visitor.open(address.path)
            found = pseudo.untranslated(visitor.page, peoples_own_words())
            found += findings.sticking_out(visitor.page)
            wrong += [f"{address.path}: {what}" for what in found]
    assert not wrong, "\n".join(wrong)


def test_a_payment_that_is_being_booked_may_be_long(
    transactional_db: None,
    hire: Hire,
    live_server: LiveServer,
    browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It stands there until billing has heard of the completion, which nobody tells it here."""
    wanda = hire("Wanda")
    wanda.change(language="ru")
    task = Task.create(title="Preen")
    deliver_everything()
    task.complete(wanda.public_id)
    pseudo.speak(monkeypatch)
    with visiting(browser, live_server.url, wanda, locale="ru-RU") as visitor:
        for path in ("/tasks/mine/", f"/tasks/{task.public_id}/"):
            visitor.open(path)
            expect(visitor.page.locator(".badge.pending")).to_be_visible()
            assert findings.sticking_out(visitor.page) == [], path


def peoples_own_words() -> set[str]:
    """Names and titles, reasons and errors, letters: data, in whatever language it is."""
    people = list(User.objects.values_list("name", flat=True))
    words = [*people, *(part for name in people for part in name.split()), happenings.TASKS]
    words += Task.objects.values_list("title", flat=True)
    words += Correction.objects.values_list("reason", flat=True)
    for letter in DeadLetter.objects.all():
        words += [letter.error, letter.error_kind, letter.error_group]
    for mail in mailbox.newest():
        words += [mail.subject, mail.text]
    return {line.strip() for text in words for line in text.splitlines()}


def test_it_would_be_seen() -> None:
    assert pseudo.pseudo("Ещё %(count)d <b>раз</b>") == "⟦ЕЕщёё %(count)d <b>рааз</b>⟧"
