"""People sign in by what they know, have and are, in a real browser with a virtual key."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from auth_app.models import User
from messaging.models import OutboxEvent
from tests.journeys.conftest import PASSWORD, Known, code_from_mail, is_error
from tests.running import Running

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
Visit = Callable[[str], Page]


@pytest.fixture
def visit(system: Running, browser: Browser) -> Iterator[Visit]:
    """A browser with a key in it; at the end nothing may have been said on its console."""
    context = browser.new_context(locale="en-US")
    page, said = context.new_page(), list[str]()

    def note(word: ConsoleMessage) -> None:
        said.append(word.text) if is_error(word) else None

    page.on("console", note)
    keys = context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})

    def go(path: str) -> Page:
        page.goto(f"{system.url}{path}")
        return page

    yield go
    context.close()
    assert said == []


def by_password(visit: Visit, person: User) -> Page:
    page = visit("/accounts/login/")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    return page


def sign_out(visit: Visit) -> None:
    page = visit("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")


def code_of(secret: str) -> str:
    return str(totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30)))


def test_an_admin_sets_up_an_app_before_anything_else(system: Running, visit: Visit) -> None:
    ada = User.objects.register("ada@popug.example", "Ada", PASSWORD, role="admin")
    ada.vouch_for_email()
    system.settle()
    page = by_password(visit, ada)
    expect(page.get_by_text("needs a second factor")).to_be_visible()

    page.get_by_role("link", name="Set up an app").click()
    secret = page.locator("[data-secret]").inner_text()
    page.get_by_label("code").fill(code_of(secret))
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    visit("/people/")
    expect(page.get_by_role("heading", name="People")).to_be_visible()

    sign_out(visit)
    by_password(visit, ada)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Analytics")).to_be_visible()
    _nothing_was_told(system, [PASSWORD, secret, *codes])


def test_a_passkey_opens_alone_and_is_a_second_factor_too(known: Known, visit: Visit) -> None:
    wanda = known("Wanda")
    page = by_password(visit, wanda)
    page.wait_for_url("**/tasks/mine/")
    visit("/accounts/2fa/webauthn/add/")
    page.get_by_label("Sign in by it alone").check()
    page.locator("#mfa_webauthn_add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    sign_out(visit)
    page.get_by_role("button", name="With a passkey").click()
    expect(page.get_by_role("heading", name="My tasks")).to_be_visible()

    sign_out(visit)
    by_password(visit, wanda)
    page.get_by_role("button", name="Use your key").click()
    expect(page.get_by_role("heading", name="My tasks")).to_be_visible()


def test_an_admin_invites_somebody_who_chooses_a_password(
    system: Running, known: Known, browser: Browser, visit: Visit
) -> None:
    page = by_password(visit, known("Mona", "manager"))
    page.wait_for_url("**/tasks/**")
    admin = User.objects.get(name="Mona")
    admin.change(role="admin")
    page = by_password(visit, admin)
    page.get_by_role("link", name="Add a key").click()
    page.locator("#mfa_webauthn_add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    visit("/people/new/")
    page.get_by_label("E-mail").fill("nelly@popug.example")
    page.get_by_label("Name").fill("Nelly New")
    page.get_by_role("button", name="Take on").click()
    expect(page.get_by_role("heading", name="Nelly New")).to_be_visible()
    link = letter_link(system)

    hers = browser.new_context(locale="en-US").new_page()
    hers.goto(link)
    hers.get_by_label("Password").fill("crackers-for-me-9")
    hers.get_by_role("button", name="Sign in").click()
    expect(hers.get_by_role("heading", name="My tasks")).to_be_visible()
    hers.goto(link)
    expect(hers.get_by_text("no longer works")).to_be_visible()
    hers.context.close()
    _nothing_was_told(system, [PASSWORD, "crackers-for-me-9", link.rsplit("/", 2)[1]])


def test_a_code_by_e_mail_opens_too(system: Running, known: Known, visit: Visit) -> None:
    wanda = known("Wanda")
    page = visit("/accounts/login/")
    page.get_by_role("link", name="With a code by e-mail").click()
    page.get_by_label("E-mail").fill(wanda.email)
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    code = code_from_mail(system)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="My tasks")).to_be_visible()
    _nothing_was_told(system, [code])


def letter_link(system: Running) -> str:
    letters = system.wait_until(lambda: sorted(system.mail_dir.glob("*.eml")), what="a letter")
    text = letters[-1].read_bytes().decode().replace("=\n", "").replace("=3D", "=")
    found = re.search(rf"{re.escape(system.url)}/people/invitations/\S+/", text)
    assert found
    return found.group()


def _nothing_was_told(system: Running, secrets: list[str]) -> None:
    """Neither to the logs of any process nor to the other services."""
    told = "\n".join([*system.lines, *map(str, OutboxEvent.objects.values_list("data", flat=True))])
    assert [secret for secret in secrets if secret in told] == []
