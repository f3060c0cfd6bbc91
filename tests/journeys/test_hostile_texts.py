"""Whatever people type is text: in a real browser under the policy, nothing of it ever runs."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route

from auth_app.models import User
from billing_app import correcting
from billing_app.models import Entry
from messaging import dead_letters
from messaging.context import acting
from messaging.event import Impossible
from messaging.models import DeadLetter, OutboxEvent
from tasks_app import importing, task_files
from tasks_app.models import ImportRun, Task
from tests.architecture.access_matrix import COLUMNS, MATRIX
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
# Whatever could still run has run when all images were found or given up on.
STOLEN = """Promise.all([...document.images].map((one) => one.decode().catch(() => null)))
  .then(() => window.stolen ?? null)"""
NO_PAGE = re.compile("export|reward|asyncapi|openapi|metrics|jwks|healthz|readyz")


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


def test_nothing_that_people_type_ever_runs(
    admin: User, known: Known, sign_in: SignIn, system: Running
) -> None:
    asked: list[str] = []
    for role in ("worker", "manager", "accountant", "admin"):
        page = sign_in(admin if role == "admin" else known(f"Reader the {role}", role))
        page.route("**/favicon.ico", no_icon)  # parts of pages, opened alone, name none
        page.on("dialog", lambda dialog: asked.append(dialog.message))
        page.on("request", lambda request: asked.extend(foreign(request.url, system)))
        for path in [*pages_of(role), *(_things() if role == "admin" else ())]:
            answer = page.goto(f"{system.url}{path}")
            assert answer
            assert answer.status == 200, (role, path)
            assert page.evaluate(STOLEN) is None, (role, path)
    assert asked == []
    assert shows_as_text(page, system)


def pages_of(role: str) -> list[str]:
    """That say nothing of one thing alone; the list of tasks once more with what was searched."""
    column = COLUMNS.index(role)
    allowed = [name for name, method, *may in MATRIX if method == "GET" and may[column] == 200]
    pages = [reverse(name) for name in allowed if not NO_PAGE.search(name)]
    assert len(pages) > 5
    return [*pages, "/tasks/?q=<script>"]


def _things() -> list[str]:
    task, entry = Task.objects.all()[0], Entry.objects.filter(corrections__isnull=False)[0]
    letter, person = DeadLetter.objects.latest("pk"), entry.account.public_id
    event, run = OutboxEvent.objects.latest("pk"), ImportRun.objects.latest("pk")
    return [
        reverse("tasks:task", args=[task.public_id]),
        reverse("tasks:import_run", args=[run.pk]),
        reverse("billing:entry", args=[entry.pk]),
        reverse("billing:account_of", args=[person]),
        reverse("billing:statement", args=[person]),
        reverse("events:event", args=[event.event_id]),
        reverse("events:dead_letter", args=[letter.public_id]),
        reverse("people:edit", args=[person]),
    ]


def no_icon(route: Route) -> None:
    route.fulfill(status=204)


def foreign(url: str, system: Running) -> list[str]:
    return [] if url.startswith((system.url, "data:")) else [url]


def shows_as_text(page: Page, system: Running) -> bool:
    page.goto(f"{system.url}/people/?q=onerror")
    return page.get_by_text(CORPUS[1]).first.is_visible()
