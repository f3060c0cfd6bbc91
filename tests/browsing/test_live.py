"""Pages that keep themselves up to date: seldom, when nobody is there; never over what somebody has
in hand; and telling those who can't see it. The page's clock is the test's."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from messaging import pausing
from tasks_app.models import Task
from tests.browsing.visitor import Visitor, visiting
from tests.conftest import Hire
from tests.delivery import deliver_everything

POLLS = """
window.polls = 0;
document.addEventListener("htmx:before:request", () => window.polls++);
"""
HIDDEN = "Object.defineProperty(document, 'hidden', { value: true, configurable: true })"
SECOND = 1000


@pytest.fixture
def health(
    transactional_db: None, hire: Hire, live_server: LiveServer, browser: Browser
) -> Iterator[Visitor]:
    """An admin's look at the health of events, which polls every two seconds."""
    with visiting(browser, live_server.url, hire("Ada", "admin")) as visitor:
        visitor.page.clock.install()
        visitor.page.context.add_init_script(POLLS)
        visitor.open("/events/health/")
        yield visitor
        assert visitor.complaints() == []


@pytest.fixture
def mine(
    transactional_db: None, hire: Hire, live_server: LiveServer, browser: Browser
) -> Iterator[Visitor]:
    """A worker's look at their own two tasks."""
    wanda = hire("Wanda")
    for title in ("Preen", "Moult"):
        Task.create(title=title)
    deliver_everything()
    with visiting(browser, live_server.url, wanda) as visitor:
        visitor.page.clock.install()
        visitor.page.context.add_init_script(POLLS)
        visitor.open("/tasks/mine/")
        yield visitor
        assert visitor.complaints() == []


def polls_within(page: Page, seconds: int) -> int:
    """How often the page asks in that time of its own clock, which waits for each answer."""
    before: int = page.evaluate("window.polls")
    for _ in range(seconds):
        page.clock.run_for(SECOND)
        be_answered(page)
    after: int = page.evaluate("window.polls")
    return after - before


def be_answered(page: Page) -> None:
    expect(page.locator(".htmx-request")).to_have_count(0)


def test_it_asks_often_while_somebody_is_there(health: Visitor) -> None:
    assert polls_within(health.page, 10) >= 5


def test_it_asks_seldom_once_nobody_touches_the_page(health: Visitor) -> None:
    be_answered(health.page)
    health.page.clock.fast_forward(61 * SECOND)
    be_answered(health.page)
    assert 1 <= polls_within(health.page, 30) <= 6  # two regions, each every 15 s
    health.page.mouse.move(30, 30)
    health.page.mouse.move(60, 60)
    assert polls_within(health.page, 10) >= 5


def test_it_asks_nothing_in_a_hidden_tab_and_at_once_when_seen_again(health: Visitor) -> None:
    health.page.evaluate(HIDDEN)
    assert polls_within(health.page, 20) == 0
    health.page.evaluate("delete document.hidden")
    with health.page.expect_response("**/health/figures/"):
        health.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_it_is_sent_nothing_while_nothing_changed(mine: Visitor) -> None:
    statuses = []
    for _ in range(3):
        with mine.page.expect_response("**/tasks/mine/rows/") as answer:
            mine.page.clock.run_for(3 * SECOND)
        statuses.append(answer.value.status)
    assert statuses == [200, 304, 304]


def test_it_takes_nothing_out_of_peoples_hands(health: Visitor) -> None:
    page = health.page
    add = "document.querySelector('#figures').insertAdjacentHTML('beforeend', '<input id=mine>')"
    page.evaluate(add)
    page.locator("#mine").fill("half a word")
    page.locator("h1").click()  # left, but not sent
    pausing.pause("billing", "a parrot on the line")
    polls_within(page, 6)
    expect(page.locator("#mine")).to_have_value("half a word")
    page.locator("#mine").fill("")
    page.locator("h1").click()
    polls_within(page, 4)
    expect(page.locator("#mine")).to_have_count(0)
    expect(page.locator("#figures")).to_contain_text("a parrot on the line")


def test_it_tells_what_changed_to_those_who_cant_see_it(health: Visitor) -> None:
    said = health.page.locator("#toasts[role=status] #said")
    expect(said).to_have_text("")
    pausing.pause("billing", "a parrot on the line")
    polls_within(health.page, 4)
    expect(said).to_contain_text("billing")


def test_focus_stays_where_it_is_when_the_page_changes(mine: Visitor) -> None:
    mine.page.locator("[data-focus-next]").first.focus()
    Task.create(title="Sing")
    deliver_everything()
    polls_within(mine.page, 6)
    expect(mine.page.get_by_role("link", name="Sing")).to_be_visible()
    assert mine.page.evaluate("document.activeElement.matches('[data-focus-next]')")
