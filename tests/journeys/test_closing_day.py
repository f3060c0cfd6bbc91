"""An accountant closes the day: balances paid out, debts carried, mails sent, sums proved; and an
admin sees the numbers that the ledger proves."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from playwright.sync_api import expect

from auth_app.models import User
from billing_app.models import Account, BusinessDay, Entry, Payout
from billing_app.proofs import prove
from billing_app.reports import balance_cents, company_day
from messaging.business_day import today
from messaging.context import acting
from tasks_app.models import Task
from tests.journeys.conftest import Known, SignIn
from tests.running import Running

TASKS = 12


@pytest.fixture
def flock(known: Known) -> list[User]:
    """Popugs of two languages."""
    return [known(f"Popug {n}", language="ru" if n % 2 else "en") for n in range(4)]


@pytest.fixture
def yesterday(flock: list[User], system: Running) -> datetime:
    """Yesterday's work: everybody was charged, half of the tasks were completed."""
    at = datetime.now(UTC) - timedelta(days=1)
    with acting():
        tasks = [Task.create(title=f"Task {n}", at=at) for n in range(TASKS)]
        for task in tasks[::2]:
            task.complete(task.assignee_id, at=at)
    system.settle()
    return at


def dollars(cents: int, sign: str = "−") -> str:
    return f"{sign if cents < 0 else ''}${abs(cents) / 100:,.2f}"


def test_an_accountant_closes_the_day(
    known: Known, sign_in: SignIn, system: Running, flock: list[User], yesterday: datetime
) -> None:
    before = {popug.public_id: balance_cents(popug.public_id) for popug in flock}
    page = sign_in(known("Arthur Accountant", "accountant"))
    page.goto(f"{system.url}/billing/days/{yesterday.date()}/")
    page.get_by_role("button", name="Close the day").click()
    page.get_by_role("dialog").get_by_role("button", name="Close the day").click()
    expect(page.get_by_text("The day is closed.")).to_be_visible()
    system.settle()

    after = {popug.public_id: balance_cents(popug.public_id) for popug in flock}
    assert after == {who: min(cents, 0) for who, cents in before.items()}
    paid = {row.account.public_id: row.amount_cents for row in payouts()}
    assert paid == {who: cents for who, cents in before.items() if cents > 0}
    assert all(check.ok for check in prove())

    system.start("beat")
    system.wait_until(lambda: len(mails(system)) == len(paid), what="every notice is there")
    for popug in flock:
        text = mails(system).get(popug.email, "")
        assert bool(text) == (popug.public_id in paid)
        if text:
            assert f"{paid[popug.public_id] / 100:.2f}".replace(".", ",") in text.replace(".", ",")
            assert ("Вам выплачено" in text) == (popug.language == "ru")
    page.goto(f"{system.url}/billing/payouts/")
    expect(page.locator(".badge.sent")).to_have_count(len(paid))


def test_days_close_by_themselves_after_midnight(system: Running, yesterday: datetime) -> None:
    system.start("beat")
    system.wait_until(
        lambda: BusinessDay.objects.filter(day=yesterday.date(), status="closed").exists(),
        timeout=90,
        what="the schedule has closed yesterday",
    )
    assert Account.objects.filter(payouts__day=yesterday.date()).exists()


@pytest.mark.usefixtures("yesterday")
def test_an_admin_sees_the_numbers_that_the_ledger_proves(
    known: Known, sign_in: SignIn, system: Running
) -> None:
    with acting():
        for number in range(5):
            Task.create(title=f"Today {number}")
    system.settle()
    page = sign_in(known("Ada Admin", "admin"))
    page.goto(f"{system.url}/analytics/?period=day")
    ledger = company_day(today())
    assert ledger
    expect(page.locator(".tile").first).to_contain_text(dollars(ledger.earned_cents))
    in_the_red = sum(balance_cents(row.public_id) < 0 for row in Account.objects.all())
    expect(page.locator(".tile").nth(1)).to_contain_text(str(in_the_red))

    day = today() - timedelta(days=1)
    page.goto(f"{system.url}/analytics/?from={day}&to={day}")
    rewards = Entry.objects.filter(kind=2, day=day).values_list("amount_cents", flat=True)
    expect(page.get_by_text(dollars(max(rewards))).first).to_be_visible()
    assert all(check.ok for check in prove())


def payouts() -> list[Payout]:
    return list(Payout.objects.select_related("account"))


def mails(system: Running) -> dict[str, str]:
    """Address → text of every kept mail about a payout."""
    found = {}
    for path in system.mail_dir.glob("*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = message.get_body(("plain",))
        if "payout" in str(message["Message-ID"]) and body:
            found[str(message["To"])] = str(body.get_content())
    return found
