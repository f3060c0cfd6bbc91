"""Every answer, whatever it is, tells the browser what it may do with it."""

import re

import pytest
from django.test import Client

from auth_app.models import User
from tests.architecture.routes import routes
from tests.conftest import ClientFor

OTHERS = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/2fa/",
    "/nowhere/",
    "/accounts/email/",
]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def addresses() -> list[str]:
    return sorted({route.address for route in routes().values()} | set(OTHERS))


@pytest.mark.parametrize("role", ["anonymous", "admin"])
def test_every_address_answers_with_them(
    role: str, admin: User, client: Client, client_for: ClientFor
) -> None:
    browser = client if role == "anonymous" else client_for(admin)
    for address in addresses():
        answer = browser.get(address)
        assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED, address
        assert parts(answer["Content-Security-Policy"]) == parts(POLICY), address
        assert "camera=()" in answer["Permissions-Policy"], address


def parts(policy: str) -> set[str]:
    return {part.strip() for part in policy.split(";") if part.strip()}


def test_no_page_asks_for_more_than_the_policy_gives(client_for: ClientFor, admin: User) -> None:
    """Nothing that needs 'unsafe-inline' or 'unsafe-eval', and nothing from elsewhere."""
    for address in addresses():
        answer = client_for(admin).get(address)
        if answer.headers["Content-Type"].startswith("text/html"):
            page = answer.content.decode()
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|hx-vals=.js", page)
            inline = re.findall(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)", page)
            assert inline == [], address
            assert not re.search(r'(?:src|href)="(?:https?:)?//', page), address
