"""Whatever people type is text: in a real browser under the policy, nothing of it ever runs."""

import pytest
from playwright.sync_api import Page

from auth_app.models import User
from billing_app import correcting
from billing_app.models import Entry
from messaging import dead_letters
from messaging.context import acting
from messaging.event import Impossible
from messaging.models import DeadLetter
from tasks_app import importing, task_files
from tasks_app.models import Task
from tests.journeys.conftest import Known, SignIn
from tests.running import Running

# Each would set `window.stolen`, or load something, if any page took it for more than text.
CORPUS = [
    "<script>window.stolen=1</script>",
    "<img src=x onerror=window.stolen=1>",
    '"><svg onload=window.stolen=1>',
    "' autofocus onfocus='window.stolen=1",
    "</title><script>window.stolen=1</script>",
    "</script><script>window.stolen=1</script>",
    "<a href=javascript:window.stolen=1>x</a>",
    "{{ 7|add:7 }}{% now 'Y' %}${window.stolen=1}",
    '<b hx-get="/people/" hx-trigger="load">x</b>',
    "<base href=//evil.example><iframe srcdoc='<script>top.stolen=1</script>'>",
    "<math><mi//xlink:href='data:x,<script>window.stolen=1</script>'>",
    "=HYPERLINK('https://evil.example')",
]
TEXT = " ".join(CORPUS)
ADMINS = (
    "/people/ /people/audit/ /tasks/ /tasks/?q=<script> /analytics/ /analytics/in-the-red/"
    " /billing/accounts/ /billing/entries/ /billing/corrections/ /billing/audit/ /billing/days/"
    " /billing/payouts/ /events/ /events/dead-letters/ /events/health/ /tasks/shuffles/"
)


@pytest.fixture
def admin(system: Running, known: Known) -> User:
    """Of a company in which every text is hostile."""
    admin = known("Ada", "admin")
    for text in CORPUS:
        person = User.objects.register(f"{abs(hash(text))}@popug.example", text, None)
        person.change(TEXT[:500], name=text[:150])
    system.settle()
    with acting(admin.public_id):
        for text in CORPUS:
            Task.create(title=text, description=TEXT, jira_id="UBERPOP-1")
        run = importing.start(task_files.read(TEXT.encode(), f"{CORPUS[0]}.txt"))
        importing.go_on(run.pk)
    system.settle()
    entry = Entry.objects.filter(kind=1)[0]
    correcting.request(entry, TEXT[:500], admin.public_id)
    data = {text: text for text in CORPUS}
    hostile = {"event_id": CORPUS[0], "event_name": CORPUS[1], "data": data}
    dead_letters.park("billing", hostile, Impossible(TEXT))
    return admin


def test_nothing_that_people_type_ever_runs(admin: User, sign_in: SignIn, system: Running) -> None:
    page = sign_in(admin)
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.on("request", lambda request: asked.extend(foreign(request.url, system)))
    first = User.objects.exclude(pk=admin.pk)[0]
    for path in [*ADMINS.split(), f"/people/{first.public_id}/", *_things()]:
        page.goto(f"{system.url}{path}")
        assert page.evaluate("window.stolen") is None, path
    assert asked == []
    assert shows_as_text(page, system)


def _things() -> list[str]:
    task, entry = Task.objects.all()[0], Entry.objects.filter(corrections__isnull=False)[0]
    letter, person = DeadLetter.objects.latest("pk"), entry.account.public_id
    return [
        f"/tasks/{task.public_id}/",
        f"/billing/entries/{entry.pk}/",
        f"/billing/accounts/{person}/",
        f"/events/dead-letters/{letter.public_id}/",
    ]


def foreign(url: str, system: Running) -> list[str]:
    return [] if url.startswith((system.url, "data:")) else [url]


def shows_as_text(page: Page, system: Running) -> bool:
    page.goto(f"{system.url}/people/?q=onerror")
    return page.get_by_text(CORPUS[1]).first.is_visible()
