"""The letter about a payout, word for word: `golden/` holds what people get.

After a wanted change: `GOLDEN=write pytest tests/billing_app/test_payout_letter.py`, and look.
"""

import os
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings

from billing_app.models import Account, Payout
from billing_app.notices import NoAddress, notice

GOLDEN = Path(__file__).parent / "golden"
HEADERS = ("Subject", "From", "To", "Message-ID", "Auto-Submitted")


def payout(
    language: str = "en", name: str = "Polly Popug", email: str = "polly@popug.example"
) -> Payout:
    account = Account(id=7, name=name, email=email, language=language)
    number = UUID("0190a000-0000-7000-8000-000000000001")
    return Payout(id=number, account=account, day=date(2026, 3, 29), amount_cents=123450)


def letter(of: Payout) -> EmailMessage:
    """As it goes over the wire."""
    parsed = message_from_bytes(notice(of).message().as_bytes(), policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(of: Payout, kind: str) -> str:
    body = letter(of).get_body((kind,))
    assert body
    return str(body.get_content()).replace("\r\n", "\n")


def with_headers(of: Payout) -> str:
    found = letter(of)
    head = "\n".join(f"{name}: {found[name]}" for name in HEADERS)
    return f"{head}\n\n{part(of, 'plain')}"


@pytest.fixture(autouse=True)
def _address(settings: Settings) -> None:
    settings.BASE_URL = "https://ates.popug.example"
    settings.DEFAULT_FROM_EMAIL = "aTES <ates@popug.example>"


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("kind", ["txt", "html"])
def test_it_reads_like_this(language: str, kind: str) -> None:
    written = payout(language)
    text = with_headers(written) if kind == "txt" else part(written, "html")
    golden = GOLDEN / f"payout.{language}.{kind}"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(text)
    assert text == golden.read_text()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_sum_comes_first(language: str) -> None:
    first = part(payout(language), "plain").splitlines()[0]
    assert ("$1,234.50" if language == "en" else "1 234,50 $") in first


@pytest.mark.parametrize(
    "name", ["Polly\r\nBcc: all@popug.example", "<b>Polly</b>", "{{ payout }}", "$1,000,000.00"]
)
def test_a_name_stands_in_no_header_and_forges_no_line(name: str) -> None:
    plain, found = letter(payout()), letter(payout(name=name))
    assert [found[header] for header in HEADERS] == [plain[header] for header in HEADERS]
    assert "Bcc" not in found
    text = part(payout(name=name), "plain")
    assert f"Dear {' '.join(name.split())},\n" in text
    assert "<b>" not in part(payout(name=name), "html")


@pytest.mark.parametrize("email", ["polly@x\nBcc: all@popug.example", "a@x\r\n\r\nhello"])
def test_an_address_injects_no_header(email: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        notice(payout(email=email)).message()


def test_without_an_address_there_is_no_letter() -> None:
    with pytest.raises(NoAddress):
        notice(payout(email=""))


def test_the_page_loads_nothing_from_anywhere() -> None:
    html = part(payout(), "html")
    assert "src=" not in html
    assert "@import" not in html
    assert "<script" not in html
    assert 'content="light dark"' in html
