"""Names and reasons without a space: they break where they stand, and push nothing out of reach."""

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from auth_app.models import User
from billing_app import correcting
from billing_app.models import Correction, Entry, Kind
from tests.browsing import findings
from tests.browsing.visitor import Visitor, visiting

WIDTHS = (390, 1024, 1280)
WORD = "x" * 400
ADDRESS = "https://jira.example/browse/UBERPOP-42?" + "focusedCommentId=17239&page=comments-" * 5

# Cards with more in them than they show, and words of other columns that begin on one line and end
# on the next; ids, of letters and digits, may.
_BROKEN = """
() => {
  const found = [...document.querySelectorAll(".card")]
    .filter((card) => card.scrollWidth > card.clientWidth).map((card) => card.className);
  for (const cell of document.querySelectorAll(".rows td:not(.words)")) {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { data } = texts.currentNode;
      for (const { 0: token, index: at } of data.matchAll(/\\S+/gu)) {
        if (/\\d/.test(token)) continue;
        for (const { 0: word, index } of token.matchAll(/\\p{L}+/gu)) {
          const range = document.createRange();
          range.setStart(texts.currentNode, at + index);
          range.setEnd(texts.currentNode, at + index + word.length);
          if (range.getClientRects().length > 1) found.push(word);
        }
      }
    }
  }
  return found.slice(0, 5);
}
"""


def fits(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_BROKEN)
    return found + findings.cut_off(page) + findings.sticking_out(page)


@pytest.mark.parametrize("name", ["Константинопольский-Преображенский", "x" * 150])
def test_whoever_has_a_long_name_can_sign_out(
    name: str, staff: dict[str, User], live_server: LiveServer, browser: Browser
) -> None:
    staff["worker"].change(name=name)
    with visiting(browser, live_server.url, staff["worker"]) as visitor:
        for width in WIDTHS:
            visitor.show(width, "light")
            visitor.open("/tasks/mine/")
            if width == min(WIDTHS):
                visitor.page.locator(".menu-button").click()
            assert_inside_the_menu(visitor)


def assert_inside_the_menu(visitor: Visitor) -> None:
    menu = visitor.page.locator("#menu").bounding_box()
    controls = visitor.page.locator("#menu .me :is(a, button)").all()
    assert menu
    assert len(controls) >= 2
    for control in controls:
        box = control.bounding_box()
        assert box
        assert box["x"] >= menu["x"]
        assert box["x"] + box["width"] <= menu["x"] + menu["width"], control.inner_html()
        assert box["y"] + box["height"] <= menu["y"] + menu["height"] + 1, control.inner_html()


def test_a_long_word_in_a_reason_breaks_in_its_own_column(
    staff: dict[str, User], live_server: LiveServer, browser: Browser
) -> None:
    accountant = staff["accountant"]
    fees = Entry.objects.filter(kind=Kind.FEE).exclude(account__public_id=accountant.public_id)
    entries = fees.exclude(pk__in=Correction.objects.values("entry"))
    for entry, reason in zip(entries, (WORD, ADDRESS), strict=False):
        correcting.request(entry, reason, accountant.public_id)
    with visiting(browser, live_server.url, accountant) as visitor:
        for path in ("/billing/audit/", "/billing/corrections/"):
            visitor.open(path)
            assert visitor.page.get_by_text(WORD).count()
            for width in WIDTHS:
                visitor.show(width, "light")
                assert fits(visitor.page) == [], (path, width)
