"""What people rely on without thinking: Back, search, keys, and that nothing typed is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Page, expect

from auth_app import guards
from auth_app.models import User
from messaging.context import acting
from tasks_app.models import Task
from tests.journeys.conftest import PASSWORD, Known, SignIn
from tests.running import Running


def make(*titles: str) -> None:
    with acting():
        for title in titles:
            Task.create(title=title)


def fill_in(page: Page, person: User) -> None:
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.fixture
def without_script(system: Running, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-US", java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_back_leads_past_a_mistake(system: Running, known: Known, sign_in: SignIn) -> None:
    page = sign_in(known("Wanda Worker"))
    page.goto(f"{system.url}/tasks/")
    page.locator("#menu").get_by_role("link", name="New task").click()
    page.get_by_label("Title").fill("Preen")
    page.get_by_label("Jira key").fill("no key")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_label("Jira key")).to_be_focused()
    expect(page.get_by_label("Title")).to_have_value("Preen")
    page.locator("#menu").get_by_role("link", name="My tasks").click()
    page.go_back()
    expect(page.get_by_role("heading", name="New task")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="All tasks")).to_be_visible()


def test_a_mistake_in_a_new_password_is_shown_in_place(
    system: Running, known: Known, sign_in: SignIn
) -> None:
    page = sign_in(known("Wanda Worker"))
    page.goto(f"{system.url}/people/me/")
    page.goto(f"{system.url}/accounts/password/change/")
    page.get_by_label("Current password").fill("not it")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_label("Current password")).to_be_focused()
    expect(page.get_by_label("Current password")).to_have_attribute("aria-invalid", "true")
    page.go_back()
    expect(page.get_by_role("heading", name="Your profile")).to_be_visible()

    page.go_forward()
    page.get_by_label("Current password").fill(PASSWORD)
    for again in ("New password", "Once more"):
        page.get_by_label(again, exact=True).fill("a perch for two parrots")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("The password is changed.")).to_be_visible()


def test_search_follows_the_typing_and_the_address_the_search(
    system: Running, known: Known, sign_in: SignIn
) -> None:
    page = sign_in(known("Wanda Worker"))
    make("Preen", "Perch", "Peck")
    page.goto(f"{system.url}/tasks/")
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.type("per")
    expect(page.locator("#found .main")).to_have_text(["Perch"])
    expect(page.get_by_label("Search")).to_be_focused()
    expect(page).to_have_url(f"{system.url}/tasks/?q=per")
    expect(page.locator("#export")).to_have_attribute("href", "/tasks/export.csv?q=per")

    page.get_by_role("link", name="Perch").click()
    page.get_by_role("main").get_by_role("link", name="All tasks").click()
    expect(page.get_by_label("Search")).to_have_value("per")
    page.get_by_label("Search").fill("zzz")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_role("link", name="Show all tasks").click()
    expect(page.locator("#found .main")).to_have_count(3)


def test_keys_lead_everywhere_and_stay_out_of_what_is_typed(
    system: Running, known: Known, sign_in: SignIn
) -> None:
    wanda = known("Wanda Worker")
    page = sign_in(wanda)
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.get_by_role("heading", name="All tasks")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.type("gtc?")
    expect(page.get_by_label("Title")).to_have_value("gtc?")

    wanda.prefer(keys=False)
    page.goto(f"{system.url}/tasks/")
    page.keyboard.press("c")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()
    page.get_by_role("button", name="Keyboard").click()
    expect(page.get_by_text("You have switched them off.")).to_be_visible()


@pytest.mark.parametrize("script", [True, False])
def test_nothing_typed_is_lost_when_the_session_ends(
    system: Running, known: Known, browser: Browser, script: bool
) -> None:
    wanda = known("Wanda Worker")
    context = browser.new_context(locale="en-US", java_script_enabled=script)
    page = context.new_page()
    page.goto(f"{system.url}/accounts/login/")
    fill_in(page, wanda)
    expect(page.get_by_role("heading", name="My tasks")).to_be_visible()
    page.goto(f"{system.url}/tasks/new/")
    page.get_by_label("Title").fill("Paint the perch")
    page.get_by_label("Description").fill("Twice.")
    fall_asleep()
    page.get_by_role("button", name="Create").click()
    fill_in(page, wanda)
    expect(page.get_by_role("heading", name="Not sent yet")).to_be_visible()
    expect(page.get_by_text("Paint the perch")).to_be_visible()
    page.get_by_role("button", name="Send it now").click()
    expect(page.get_by_role("heading", name="Paint the perch")).to_be_visible()
    assert Task.objects.get().description == "Twice."
    context.close()


def fall_asleep() -> None:
    """Every session is older than it may be."""
    for row in Session.objects.all():
        session = row.get_decoded()
        if "seen_at" in session:
            session["seen_at"] -= guards.IDLE + 1
            row.session_data = SessionStore().encode(session)
            row.save()


def test_a_workers_day_needs_no_script(system: Running, known: Known, without_script: Page) -> None:
    page, wanda = without_script, known("Wanda Worker")
    page.goto(f"{system.url}/accounts/login/")
    fill_in(page, wanda)
    page.goto(f"{system.url}/tasks/new/")
    page.get_by_label("Title").fill("Preen")
    page.get_by_label("Jira key").fill("no key")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_text("A Jira key looks like UBERPOP-42.")).to_be_visible()
    page.get_by_label("Jira key").fill("UBERPOP-1")
    page.get_by_role("button", name="Create").click()
    page.wait_for_url(lambda url: "/tasks/new/" not in url)
    page.goto(f"{system.url}/tasks/mine/")
    page.get_by_role("button", name="Complete").click()
    expect(page.get_by_role("row").filter(has_text="Preen")).to_contain_text("completed")
    system.settle()
    page.goto(f"{system.url}/billing/")
    expect(page.get_by_role("row").filter(has_text="Preen")).to_have_count(2)


def test_a_managers_day_needs_no_script(
    system: Running, known: Known, without_script: Page, tmp_path: Path
) -> None:
    known("Wanda Worker")
    page, mona = without_script, known("Mona Manager", "manager")
    page.goto(f"{system.url}/accounts/login/")
    fill_in(page, mona)
    page.goto(f"{system.url}/tasks/import/")
    file = tmp_path / "tasks.txt"
    file.write_text("Preen\nTeach [again]")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("cell", name="Teach [again]")).to_be_visible()
    page.get_by_role("button", name="Create 1 task").click()
    system.wait_until(lambda: Task.objects.count() == 1, what="the import is done")
    page.goto(f"{system.url}/tasks/?q=preen")
    expect(page.locator("#found .main")).to_have_text(["Preen"])
    page.goto(f"{system.url}/tasks/shuffle/")
    page.get_by_role("main").get_by_role("button", name="Assign tasks").click()
    expect(page.get_by_role("heading", name="Shuffle")).to_be_visible()
