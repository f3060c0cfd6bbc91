"""States of pages that no address leads to: after a swap, with errors, in a dialog, midway.

Each goes step by step and yields the name of every state worth a look. Steps name elements by what
they are, not by their words, so they go in any language.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import reverse
from playwright.sync_api import expect

from auth_app.models import User
from billing_app.models import Entry, Kind
from demo.people import PASSWORD
from messaging.models import DeadLetter
from tests.browsing.pages import a_colleague
from tests.browsing.visitor import PHONE, Visitor

Steps = Iterator[str]
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
CHORES = b"title,jira_id\nPreen the crest,UBERPOP-42\nCount [the] seeds,\n,UBERPOP-43\n"


@dataclass(frozen=True)
class Scene:
    """`passes`: the routes of pages on the way that are seen only here."""

    role: str
    go: Callable[[Visitor, User], Steps]
    passes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.go.__name__.replace("_", "-")


def send(visitor: Visitor, form: str = "main form") -> None:
    """As it is, past the browser's own checks: what is shown then is the server's answer."""
    visitor.page.eval_on_selector(form, "(form) => { form.noValidate = true; }")
    visitor.page.locator(form).locator("button:not([type=button])").first.click()


def wrong_sign_in(visitor: Visitor, _person: User) -> Steps:
    visitor.open(reverse("account_login"))
    visitor.page.fill("[name=login]", "nobody@popug.example")
    visitor.page.fill("[name=password]", "wrong")
    send(visitor, "form[data-sign-in]")
    expect(visitor.page.locator(".errorlist, [role=alert]").first).to_be_visible()
    yield "errors"


def signing_up(visitor: Visitor, _person: User) -> Steps:
    visitor.open(reverse("account_signup"))
    send(visitor, "form:has([name=name])")
    expect(visitor.page.locator(".errorlist").first).to_be_visible()
    yield "errors"
    visitor.page.fill("[name=name]", "Nora")
    visitor.page.fill("[name=email]", "nora@popug.example")
    visitor.page.fill("[name=password1]", PASSWORD)
    send(visitor, "form:has([name=name])")
    visitor.page.wait_for_url("**/confirm-email/")
    yield "code"


def code_by_mail(visitor: Visitor, _person: User) -> Steps:
    visitor.open(reverse("account_request_login_code"))
    visitor.page.fill("[name=email]", "nobody@popug.example")
    send(visitor, "form:has([name=email])")
    visitor.page.wait_for_url("**/code/confirm/")
    yield "code"
    visitor.page.fill("[name=code]", "WRNG-CODE")
    send(visitor, "form:has([name=code])")
    expect(visitor.page.locator(".errorlist").first).to_be_visible()
    yield "errors"


def second_factor(visitor: Visitor, _person: User) -> Steps:
    accountant = User.objects.filter(role="accountant")[0]
    visitor.open(reverse("account_login"))
    visitor.page.fill("[name=login]", accountant.email)
    visitor.page.fill("[name=password]", PASSWORD)
    send(visitor, "form[data-sign-in]")
    visitor.page.wait_for_url("**/2fa/authenticate/")
    yield "code"


def completing(visitor: Visitor, _person: User) -> Steps:
    visitor.open(reverse("tasks:mine"))
    buttons = visitor.page.locator("[data-focus-next]")
    before = buttons.count()
    buttons.first.click()
    expect(buttons).to_have_count(before - 1)
    yield "done"


def creating(visitor: Visitor, _person: User) -> Steps:
    visitor.open(reverse("tasks:create"))
    send(visitor)
    expect(visitor.page.locator(".errorlist").first).to_be_visible()
    yield "errors"
    visitor.page.fill("[name=title]", "[UBERPOP-42] Paint the cage")
    send(visitor)
    expect(visitor.page.locator("[name=title]")).to_have_value("Paint the cage")
    yield "split"


def own_profile(visitor: Visitor, _person: User) -> Steps:
    visitor.open(reverse("people:me"))
    visitor.page.fill("[name=name]", "")
    send(visitor, "form:has([name=name])")
    expect(visitor.page.locator(".errorlist").first).to_be_visible()
    yield "errors"


def keys(visitor: Visitor, _person: User) -> Steps:
    page = visitor.page
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    visitor.open(reverse("mfa_add_webauthn"))
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "/add/" not in url)
    visitor.open(reverse("mfa_list_webauthn"))
    yield "list"
    actions = page.locator("td.actions a").evaluate_all("(all) => all.map((a) => a.pathname)")
    for path, name in zip(actions[:2], ("rename", "remove"), strict=True):
        visitor.open(path)
        yield name
    visitor.open(reverse("mfa_reauthenticate_webauthn"))
    yield "reauthenticate"


def importing(visitor: Visitor, _person: User) -> Steps:
    visitor.open(reverse("tasks:import"))
    send(visitor)
    expect(visitor.page.locator(".errorlist").first).to_be_visible()
    yield "errors"
    visitor.page.set_input_files(
        "[name=file]", {"name": "chores.csv", "mimeType": "text/csv", "buffer": CHORES}
    )
    send(visitor)
    visitor.page.wait_for_url("**/tasks/import/*/")
    yield "preview"


def shuffling(visitor: Visitor, _person: User) -> Steps:
    visitor.open(reverse("tasks:shuffle"))
    visitor.page.locator("main form button").click()
    visitor.page.wait_for_url("**/shuffles/*/")
    yield "running"


def correcting(visitor: Visitor, person: User) -> Steps:
    others = Entry.objects.filter(kind=Kind.REWARD).exclude(account__public_id=person.public_id)
    entry = others.filter(corrections=None)[0]
    visitor.open(reverse("billing:entry", kwargs={"entry_id": entry.pk}))
    send(visitor)
    expect(visitor.page.locator(".errorlist").first).to_be_visible()
    yield "errors"


def deciding(visitor: Visitor, _person: User) -> Steps:
    visitor.open(reverse("billing:corrections"))
    visitor.page.locator("form[action$='/approve/'] button").first.click()
    expect(visitor.page.locator("#confirm")).to_be_visible()
    yield "dialog"
    visitor.page.keyboard.press("Escape")


def taking_on(visitor: Visitor, _person: User) -> Steps:
    visitor.open(reverse("people:create"))
    send(visitor)
    expect(visitor.page.locator(".errorlist").first).to_be_visible()
    yield "errors"


def dismissing(visitor: Visitor, person: User) -> Steps:
    visitor.open(reverse("people:edit", kwargs=a_colleague(person)))
    visitor.page.locator("form[action$='/deactivate/'] button").click()
    expect(visitor.page.locator(".errorlist").first).to_be_visible()
    yield "errors"
    visitor.page.locator("form[action$='/deactivate/'] [name=reason]").fill("Moulted too often")
    visitor.page.locator("form[action$='/deactivate/'] button").click()
    expect(visitor.page.locator("#confirm")).to_be_visible()
    yield "dialog"


def discarding(visitor: Visitor, _person: User) -> Steps:
    visitor.open(reverse("events:dead_letters"))
    visitor.page.locator("[name=letter]").first.check()
    visitor.page.locator("[formaction*='/discard/']").click()
    expect(visitor.page.locator("[aria-invalid=true], .errorlist").first).to_be_visible()
    yield "errors"
    visitor.page.locator("[name=reason]").fill("Nobody knows what it was")
    visitor.page.locator("[formaction*='/discard/']").click()
    expect(visitor.page.locator("#confirm")).to_be_visible()
    yield "dialog"


def trying_without_effect(visitor: Visitor, _person: User) -> Steps:
    letter = DeadLetter.objects.filter(state="parked")[0]
    visitor.open(reverse("events:dead_letter", kwargs={"public_id": letter.public_id}))
    visitor.page.locator("form[action*='/try'] button").click()
    expect(visitor.page.locator("#dry-run .notice")).to_be_visible()
    yield "asked"


def menu(visitor: Visitor, _person: User) -> Steps:
    visitor.page.set_viewport_size(PHONE)
    visitor.open("/")
    visitor.page.locator(".menu-button").click()
    expect(visitor.page.locator("#menu")).to_be_visible()
    yield "open"


SCENES = [
    Scene("anonymous", wrong_sign_in),
    Scene("anonymous", signing_up, passes=("account_email_verification_sent",)),
    Scene("anonymous", code_by_mail, passes=("account_confirm_login_code",)),
    Scene("anonymous", second_factor, passes=("mfa_authenticate",)),
    Scene("worker", completing),
    Scene("worker", creating),
    Scene("worker", own_profile),
    Scene(
        "worker",
        keys,
        passes=("mfa_edit_webauthn", "mfa_reauthenticate_webauthn", "mfa_remove_webauthn"),
    ),
    Scene("worker", menu),
    Scene("manager", importing, passes=("tasks:preview",)),
    Scene("manager", shuffling),
    Scene("accountant", correcting),
    Scene("admin", deciding),
    Scene("admin", taking_on),
    Scene("admin", dismissing),
    Scene("admin", discarding),
    Scene("admin", trying_without_effect),
    Scene("admin", menu),
]


def scenes(role: str) -> list[Scene]:
    return [scene for scene in SCENES if scene.role == role]
