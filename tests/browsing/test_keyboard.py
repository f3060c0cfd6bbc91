"""Nobody needs a mouse, and nobody is dropped at the top of the page by what they did."""

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from auth_app.models import User
from tests.browsing.visitor import DESKTOP, PHONE, Visitor, visiting

MOST = 120  # tabs, on the longest of these pages


def tab_to(page: Page, selector: str) -> None:
    """By the Tab key alone, and what has the focus can be seen."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            expect(page.locator(":focus")).to_be_in_viewport()
            return
    pytest.fail(f"no way to {selector} by keyboard")


def has_focus(page: Page, selector: str = "*:not(body)") -> bool:
    return bool(page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector))


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_worker_completes_everything_they_have(
    size: dict[str, int], staff: dict[str, User], live_server: LiveServer, browser: Browser
) -> None:
    with visiting(browser, live_server.url, staff["worker"], viewport=size) as visitor:
        page = visitor.page
        visitor.open("/tasks/mine/")
        buttons = page.locator("[data-focus-next]")
        left = buttons.count()
        assert left
        tab_to(page, "[data-focus-next]")
        while left:
            page.keyboard.press("Enter")
            left -= 1
            expect(buttons).to_have_count(left)
            wanted = "[data-focus-next]" if left else "h1"
            page.wait_for_function(f"document.activeElement.matches('{wanted}')")
        assert visitor.complaints() == []


def test_the_first_thing_on_a_page_leads_past_the_menu(
    staff: dict[str, User], live_server: LiveServer, browser: Browser
) -> None:
    with visiting(browser, live_server.url, staff["manager"]) as visitor:
        visitor.open("/tasks/")
        visitor.page.keyboard.press("Tab")
        assert has_focus(visitor.page, ".skip-link")
        visitor.page.keyboard.press("Enter")
        assert has_focus(visitor.page, "#main")


def test_a_long_menu_shows_where_one_is(
    staff: dict[str, User], live_server: LiveServer, browser: Browser
) -> None:
    low = ViewportSize(width=1280, height=420)
    with visiting(browser, live_server.url, staff["admin"], viewport=low) as visitor:
        visitor.open("/")
        last = visitor.page.locator("#menu nav a").last
        expect(last).not_to_be_in_viewport()
        visitor.open(str(last.get_attribute("href")))
        expect(visitor.page.locator("#menu [aria-current]")).to_be_in_viewport(ratio=1)
        visitor.page.keyboard.press("Tab")
        assert has_focus(visitor.page, ".skip-link")


def test_a_manager_draws_all_tasks_anew(
    staff: dict[str, User], live_server: LiveServer, browser: Browser
) -> None:
    with visiting(browser, live_server.url, staff["manager"]) as visitor:
        visitor.open("/tasks/shuffle/")
        tab_to(visitor.page, "main form button")
        visitor.page.keyboard.press("Enter")
        visitor.page.wait_for_url("**/tasks/shuffles/*/")
        stop_and_think_again(visitor, "main form button")


def test_an_admin_approves_a_correction(
    staff: dict[str, User], live_server: LiveServer, browser: Browser
) -> None:
    approve = "form[action$='/approve/'] button"
    with visiting(browser, live_server.url, staff["admin"]) as visitor:
        page = visitor.page
        visitor.open("/billing/corrections/")
        tab_to(page, approve)
        stop_and_think_again(visitor, approve, tab=False)
        page.keyboard.press("Enter")
        tab_to(page, "#confirm [value=yes]")
        page.keyboard.press("Enter")
        expect(page.locator(approve)).to_have_count(0)
        assert visitor.complaints() == []


def stop_and_think_again(visitor: Visitor, button: str, *, tab: bool = True) -> None:
    """The dialog takes the focus, keeps it while it is open, and gives it back."""
    page = visitor.page
    if tab:
        tab_to(page, button)
    page.keyboard.press("Enter")
    expect(page.locator("#confirm")).to_be_visible()
    for _ in range(5):
        page.keyboard.press("Tab")
        assert not has_focus(page, "main *")
    page.keyboard.press("Escape")
    expect(page.locator("#confirm")).to_be_hidden()
    assert has_focus(page, button)


def test_an_accountant_looks_at_what_a_bar_stands_for(
    staff: dict[str, User], live_server: LiveServer, browser: Browser
) -> None:
    with visiting(browser, live_server.url, staff["accountant"]) as visitor:
        visitor.open("/billing/days/")
        tab_to(visitor.page, ".bars a")
        visitor.page.keyboard.press("Enter")
        visitor.page.wait_for_url("**/billing/days/*-*-*/")
