"""A browser of one person that remembers everything that went wrong in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize

from auth_app.models import User
from tests.conftest import sign_in

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
# Whatever the policy refused, told by the page itself: a report needs a server that listens.
REFUSALS = """
window.refusals = [];
addEventListener("securitypolicyviolation", (refused) =>
  window.refusals.push(`${refused.effectiveDirective}: ${refused.blockedURI} ${refused.sample}`));
"""


@dataclass
class Visitor:
    """`errors`: of console and scripts since somebody asked last."""

    url: str
    page: Page
    errors: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def begin(self, *, anonymous: bool) -> None:
        """Another story: whoever nobody knows was never half-way through signing in."""
        if anonymous:
            self.page.context.clear_cookies()

    def complaints(self) -> list[str]:
        """And forgets them."""
        refused = self.page.evaluate("window.refusals.splice(0)")
        said, self.errors[:] = list(self.errors), []
        return [*said, *refused]

    def show(self, width: int, scheme: str) -> None:
        """The same page, without loading it anew, at another width and in other colours."""
        height = PHONE["height"] if width < 600 else DESKTOP["height"]
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")


@contextmanager
def visiting(browser: Browser, url: str, person: User | None, **options: Any) -> Iterator[Visitor]:
    """Nobody in particular where `person` is None."""
    context = browser.new_context(reduced_motion="reduce", **options)
    if person:
        context.add_cookies([{"name": "sessionid", "value": session_of(person), "url": url}])
    context.add_init_script(REFUSALS)
    page = context.new_page()
    visitor = Visitor(url, page)
    page.on("console", lambda word: visitor.errors.append(word.text) if is_error(word) else None)
    page.on("pageerror", lambda error: visitor.errors.append(str(error)))
    try:
        yield visitor
    finally:
        context.close()


def session_of(person: User) -> str:
    client = Client()
    sign_in(client, person)
    return client.cookies["sessionid"].value


def is_error(word: ConsoleMessage) -> bool:
    """The browser notes every status; that a form came back with its errors, or that a page is not
    there, was meant."""
    meant = ("status of 422", "status of 404", "status of 410")
    return word.type == "error" and not any(status in word.text for status in meant)
