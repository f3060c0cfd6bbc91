"""A worker creates a task, is charged, completes it, and sees the reward and why."""

from playwright.sync_api import Browser, expect

from messaging.context import acting
from tasks_app.models import Task
from tests.journeys.conftest import Known, SignIn, code_from_mail, entries_of
from tests.running import Running


def test_a_worker_creates_a_task_completes_it_and_sees_why(known: Known, sign_in: SignIn) -> None:
    wanda = known("Wanda Worker")
    page = sign_in(wanda)
    expect(page.get_by_role("heading", name="My tasks")).to_be_visible()

    page.locator("#menu").get_by_role("link", name="New task").click()
    page.get_by_label("Title").fill("[UBERPOP-42] — Change the green of the button")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_label("Title")).to_have_value("Change the green of the button")
    page.get_by_role("button", name="Create").click()
    page.wait_for_url(lambda url: "/tasks/new/" not in url)

    page.goto(page.url.split("/tasks")[0] + "/tasks/mine/")
    row = page.get_by_role("row").filter(has_text="Change the green")
    expect(row).to_contain_text("UBERPOP-42")
    expect(page.locator("#balance")).to_contain_text("−$")

    row.get_by_role("button", name="Complete").click()
    expect(page.locator("#balance .figure")).not_to_contain_text("−")
    fee, reward = entries_of(wanda.public_id)

    page.get_by_role("link", name="My account").click()
    lines = page.locator("#statement").get_by_role("row")
    line = lines.filter(has_text=f"+${reward / 100:.2f}")
    expect(line).to_contain_text("Change the green")
    expect(lines.filter(has_text=f"−${-fee / 100:.2f}")).to_contain_text("Change the green")
    line.get_by_role("link", name="Why?").click()
    expect(page.get_by_text("Earned, because a task was completed.")).to_be_visible()
    expect(page.get_by_text("Wanda Worker").first).to_be_visible()


def test_somebody_is_charged_for_a_task_that_anybody_creates(known: Known, sign_in: SignIn) -> None:
    flock = [known(f"Popug {number}") for number in range(3)]
    page = sign_in(known("Mona Manager", "manager"))
    page.locator("#menu").get_by_role("link", name="New task").click()
    page.get_by_label("Title").fill("Feed the parrot")
    page.get_by_role("button", name="Create").dblclick()
    expect(page.get_by_text("Feed the parrot").first).to_be_visible()
    expect(page.get_by_text("being priced")).to_have_count(0)
    charges = [cents for popug in flock for cents in entries_of(popug.public_id)]
    assert len(charges) == 1
    assert -2000 <= charges[0] <= -1000


def test_a_new_popug_signs_up_and_is_given_tasks(system: Running, browser: Browser) -> None:
    page = browser.new_context(locale="en-US").new_page()
    page.goto(f"{system.url}/accounts/signup/")
    page.get_by_label("Name").fill("Nora Newcomer")
    page.get_by_label("E-mail").fill("nora@popug.example")
    page.get_by_label("Password", exact=True).fill("a-long-enough-secret")
    page.get_by_role("button", name="Create an account").click()
    expect(page.get_by_role("heading", name="Confirm your e-mail")).to_be_visible()
    page.get_by_label("Code").fill(code_from_mail(system))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="My tasks")).to_be_visible()
    system.settle()
    with acting():
        Task.create(title="Welcome the newcomer")
    expect(page.get_by_role("link", name="Welcome the newcomer")).to_be_visible()
    page.context.close()
