"""Takes the pictures that `screenshots.py` wants: `role/page.size-colours-language.png`."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from auth_app.models import User
from messaging.models import DeadLetter
from tests.browser import launch_options
from tests.browsing.happenings import happen
from tests.browsing.pages import ROLES, addresses
from tests.browsing.scenes import scenes
from tests.browsing.visitor import DESKTOP, PHONE, Visitor, visiting

SIZES = {"desktop": DESKTOP["width"], "phone": PHONE["width"]}
TALLEST = 2400  # of a long list the beginning is enough
LOCALES = {"en": "en-US", "ru": "ru-RU"}
LOGINS = {"worker": "worker1", "manager": "manager", "accountant": "accountant", "admin": "admin"}
# In Russian the longer words are what matters: the narrow page shows how they fit.
SHOTS = {
    "en": [(size, colours) for size in SIZES for colours in ("light", "dark")],
    "ru": [("phone", "light")],
}


def take_all(url: str, folder: Path, only: str = "") -> None:
    staff = {role: User.objects.get(email=f"{LOGINS[role]}@popug.example") for role in ROLES}
    if not DeadLetter.objects.exists():
        happen(staff)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(**launch_options())
        for role, language in product(("anonymous", *ROLES), SHOTS):
            with seeing(browser, url, staff.get(role), language) as visitor:
                for name in shown(visitor, role, staff.get(role, staff["worker"]), only):
                    shoot(visitor, folder / role / name, language)


@contextmanager
def seeing(browser: Browser, url: str, person: User | None, language: str) -> Iterator[Visitor]:
    if person:
        person.change(language=language)
    with visiting(browser, url, person, locale=LOCALES[language]) as visitor:
        visitor.show(SIZES["desktop"], "light")
        yield visitor
    if person:
        person.change(language="en")


def shown(visitor: Visitor, role: str, person: User, only: str) -> Iterator[str]:
    """The name of each page and state, while it is shown."""
    for address in addresses(role, person):
        if only in f"{role}/{address.name}":
            visitor.open(address.path)
            yield address.name
    for scene in scenes(role):
        if only in f"{role}/~{scene.name}":
            visitor.begin(anonymous=role == "anonymous")
            yield from (f"~{scene.name}-{state}" for state in scene.go(visitor, person))


def shoot(visitor: Visitor, name: Path, language: str) -> None:
    name.parent.mkdir(parents=True, exist_ok=True)
    for size, colours in SHOTS[language]:
        visitor.show(width := SIZES[size], colours)
        height = min(visitor.page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        visitor.page.screenshot(
            path=f"{name}.{size}-{colours}-{language}.png",
            full_page=True,
            clip={"x": 0, "y": 0, "width": width, "height": height},
            animations="disabled",
        )
    visitor.show(SIZES["desktop"], "light")
