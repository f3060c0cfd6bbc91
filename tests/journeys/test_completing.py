"""Completing task after task: the hand stays where it is, the money follows before one's eyes."""

from playwright.sync_api import Page, expect

from messaging.context import acting
from tasks_app.models import Task
from tests.journeys.conftest import Known, SignIn, entries_of
from tests.running import Running


def three_tasks() -> None:
    with acting():
        for title in ("Preen", "Perch", "Peck"):
            Task.create(title=title)


def focused(page: Page) -> str:
    words: str = page.evaluate("document.activeElement.innerText")
    return words


def test_the_row_settles_and_focus_goes_on(known: Known, sign_in: SignIn) -> None:
    page = sign_in(known("Wanda Worker"))
    three_tasks()
    expect(page.locator("[data-focus-next]")).to_have_count(3)
    page.get_by_role("row").filter(has_text="Perch").get_by_role("button").press("Enter")
    row = page.get_by_role("row").filter(has_text="Perch")
    expect(row).to_contain_text("completed")
    expect(page.locator("[data-focus-next]")).to_have_count(2)
    expect(page.locator("[data-focus-next]:focus")).to_have_text("Complete Preen")
    expect(page.get_by_role("heading", name="2 open tasks")).to_be_visible()
    expect(page.locator("[data-focus-next]:focus")).to_have_count(1)


def test_the_payment_is_booked_before_ones_eyes(
    system: Running, known: Known, sign_in: SignIn
) -> None:
    wanda = known("Wanda Worker")
    page = sign_in(wanda)
    three_tasks()
    system.settle()
    page.reload()
    expect(page.locator("#balance-figure")).to_contain_text("−$")
    before = page.locator("#balance-figure").inner_text()

    system.stop("worker-billing")
    row = page.get_by_role("row").filter(has_text="Preen")
    row.get_by_role("button", name="Complete").click()
    expect(row).to_contain_text("payment is being booked")
    system.start("worker-billing")
    system.settle()

    booked = row.locator("a.badge.reward")
    expect(booked).to_be_visible()
    reward = max(entries_of(wanda.public_id))
    expect(booked).to_have_text(f"+${reward / 100:.2f}")
    expect(page.locator("#balance-figure")).not_to_have_text(before)
    expect(page.locator(".strip")).to_contain_text(f"+${reward / 100:.2f}")
    booked.click()
    expect(page.get_by_text("Earned, because a task was completed.")).to_be_visible()


def test_keys_alone_complete_a_task(known: Known, sign_in: SignIn) -> None:
    page = sign_in(known("Wanda Worker"))
    three_tasks()
    expect(page.locator("[data-focus-next]")).to_have_count(3)
    for key in "jj":
        page.keyboard.press(key)
    assert focused(page) == "Perch"
    page.keyboard.press("e")
    expect(page.get_by_role("row").filter(has_text="Perch")).to_contain_text("completed")
    expect(page.locator("[data-focus-next]")).to_have_count(2)
    page.keyboard.press("e")
    expect(page.locator("[data-focus-next]")).to_have_count(1)
