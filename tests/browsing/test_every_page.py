"""Every page of every role, in a real browser, in both languages, colours and widths: nothing that
axe objects to, nothing on the console, nothing refused, nothing that sticks out or is cut off,
nothing too heavy.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from auth_app.models import User
from tests.browsing import findings
from tests.browsing.pages import ROLES, addresses
from tests.browsing.scenes import scenes
from tests.browsing.visitor import DESKTOP, PHONE, Visitor, visiting

Found = dict[str, list[str]]
# Language, width, colours. The other colours of the same page are looked at for contrast.
WAYS = [("en", DESKTOP, "light"), ("ru", PHONE, "dark")]
OTHER = {"light": "dark", "dark": "light"}


@pytest.mark.parametrize("role", ["anonymous", *ROLES])
def test_every_page_is_fit_for_everybody(
    role: str, staff: dict[str, User], live_server: LiveServer, browser: Browser
) -> None:
    person = staff.get(role)
    found: Found = defaultdict(list)
    for language, size, colours in WAYS:
        if person:
            person.change(language=language)
        locale = {"en": "en-US", "ru": "ru-RU"}[language]
        with visiting(browser, live_server.url, person, locale=locale) as visitor:
            visitor.show(size["width"], colours)
            for place in walked(role, person or staff["worker"], visitor):
                found[f"{place} ({language})"] += findings.too_heavy(visitor.page)
                found[f"{place} ({language})"] += look(visitor, colours)
            for place in played(role, person or staff["worker"], visitor):
                found[f"{place} ({language})"] += look(visitor, colours)
            visitor.show(size["width"], colours)
    wrong = [f"{place}: {what}" for place, complaints in found.items() for what in complaints]
    assert not wrong, "\n".join(wrong)
    assert len(found) > 20


def walked(role: str, person: User, visitor: Visitor) -> Iterator[str]:
    for address in addresses(role, person):
        visitor.open(address.path)
        yield f"{role} {address.path}"


def played(role: str, person: User, visitor: Visitor) -> Iterator[str]:
    for scene in scenes(role):
        visitor.begin(anonymous=role == "anonymous")
        yield from (f"{role} {scene.name}: {state}" for state in scene.go(visitor, person))


def look(visitor: Visitor, colours: str) -> list[str]:
    page, width = visitor.page, (visitor.page.viewport_size or DESKTOP)["width"]
    complaints = list(chain(visitor.complaints(), findings.violations(page)))
    visitor.show(width, OTHER[colours])
    complaints += findings.violations(page, findings.COLOURS)
    visitor.show(width, colours)
    complaints += findings.sticking_out(page) + findings.cut_off(page)
    visitor.complaints()  # axe itself sets styles, which the policy refuses
    return complaints
