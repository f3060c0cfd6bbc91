"""What is asked before it is done, is done once, and nothing else with it."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from auth_app.models import User
from tests.browsing.visitor import visiting

APPROVE = "form[action$='/approve/'] button"
# As a table of links would lie there.
LINK_BENEATH = """
const link = document.createElement("a");
link.href = "/tasks/";
Object.assign(link.style, { position: "fixed", inset: "0" });
document.body.append(link);
"""


def test_a_double_click_on_yes_says_yes_and_follows_no_link_beneath(
    staff: dict[str, User], live_server: LiveServer, browser: Browser
) -> None:
    with visiting(browser, live_server.url, staff["admin"]) as visitor:
        page = visitor.page
        visitor.open("/billing/corrections/")
        page.locator(APPROVE).first.click()
        page.evaluate(LINK_BENEATH)
        page.locator("#confirm [value=yes]").dblclick()
        expect(page.locator(APPROVE)).to_have_count(0)
        assert page.url.endswith("/billing/corrections/")


def test_what_is_not_filled_in_is_told_before_anything_is_asked(
    staff: dict[str, User], live_server: LiveServer, browser: Browser
) -> None:
    with visiting(browser, live_server.url, staff["admin"]) as visitor:
        page = visitor.page
        visitor.open(f"/people/{staff['worker'].public_id}/")
        page.locator("form[action$='/deactivate/'] button").click()
        expect(page.locator(".errorlist")).to_be_visible()
        expect(page.locator("#confirm")).to_be_hidden()


@pytest.mark.parametrize("lacking", ["ticks", "reason"])
def test_nor_is_anything_asked_about_letters_that_are_not_chosen(
    lacking: str, staff: dict[str, User], live_server: LiveServer, browser: Browser
) -> None:
    with visiting(browser, live_server.url, staff["admin"]) as visitor:
        page = visitor.page
        visitor.open("/events/dead-letters/")
        if lacking == "reason":
            page.locator("[name=letter]").first.check()
        else:
            page.locator("[name=reason]").fill("not ours")
        page.locator("button[formaction*=discard]").click()
        expect(page.locator(".errorlist")).to_be_visible()
        expect(page.locator("#confirm")).to_be_hidden()
