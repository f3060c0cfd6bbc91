"""What people do through the pages: whatever moves tasks or money."""

import re

from demo.people import DOMAIN
from tests.faults.clients import Client
from tests.faults.history import told
from tests.faults.site import fields

_COMPLETE = re.compile(r'action="/tasks/([0-9a-f-]{36})/complete/"')
_ENTRY = re.compile(r'href="/billing/entries/(\d+)/"')
_APPROVE = re.compile(r'action="/billing/corrections/([0-9a-f-]{36})/approve/"')
_PERSON = re.compile(r'href="/people/([0-9a-f-]{36})/"')


def create(client: Client) -> None:
    visitor = client.person()
    form = visitor.form("/tasks/new/")
    key = form["idempotency_key"] = client.new_key()
    form |= {"title": client.words(), "jira_id": "", "description": ""}
    client.ask("create", visitor, key, lambda: told(visitor.post("/tasks/new/", form)))


def complete(client: Client) -> None:
    visitor = client.person()
    page = visitor.page("/tasks/mine/")
    if not (mine := _COMPLETE.findall(page)):
        return
    task = client.rng.choice(mine)
    path = f"/tasks/{task}/complete/"
    form = fields(page, path)
    client.ask("complete", visitor, task, lambda: told(visitor.post(path, form)))


def shuffle(client: Client) -> None:
    visitor = client.person()
    form = visitor.form("/tasks/shuffle/")
    key = form["idempotency_key"] = client.new_key()
    client.ask("shuffle", visitor, key, lambda: told(visitor.post("/tasks/shuffle/", form)))


def import_tasks(client: Client) -> None:
    """Some of its lines are no tasks."""
    visitor = client.person()
    form = visitor.form("/tasks/import/")
    key = form["idempotency_key"] = client.new_key()
    name, count = client.words(), client.rng.randint(3, 120)
    lines = [f"{name} line {n}" if n % 7 else f"[{name}] broken {n}" for n in range(1, count)]
    content = "\n".join(lines).encode()
    client.ask(
        "import",
        visitor,
        key,
        lambda: told(visitor.upload("/tasks/import/", form, f"{name}.txt", content)),
    )


def close(client: Client) -> None:
    """The oldest day that is not known to be closed."""
    visitor = client.person()
    if not client.days:
        return
    page = f"/billing/days/{client.days[0]}/"
    body = visitor.page(page)
    if f"{page}close/" not in body:
        client.days.pop(0)
        return
    form = fields(body, f"{page}close/")
    client.ask(
        "close", visitor, str(client.days[0]), lambda: told(visitor.post(f"{page}close/", form))
    )


def correct(client: Client) -> None:
    """A rare mistake: the newest entries would otherwise soon all be reversed."""
    visitor = client.person()
    entries = _ENTRY.findall(visitor.page("/billing/entries/"))
    if not entries or client.rng.random() > 0.3:
        return
    entry = client.rng.choice(entries)
    path = f"/billing/entries/{entry}/correct/"
    form = visitor.form(f"/billing/entries/{entry}/", path)
    form["reason"] = reason = client.words()
    client.ask("correct", visitor, reason, lambda: told(visitor.post(path, form)), repeatable=False)


def approve(client: Client) -> None:
    visitor = client.person()
    page = visitor.page("/billing/corrections/")
    if not (waiting := _APPROVE.findall(page)):
        return
    correction = client.rng.choice(waiting)
    path = f"/billing/corrections/{correction}/approve/"
    form = fields(page, path)
    client.ask("approve", visitor, correction, lambda: told(visitor.post(path, form)))


def hire(client: Client) -> None:
    visitor = client.person()
    form = visitor.form("/people/new/")
    name = client.words()
    email = f"{name.replace(' ', '.')}@{DOMAIN}"
    form |= {"email": email, "name": name, "role": "worker", "language": "en"}
    client.ask(
        "hire", visitor, email, lambda: told(visitor.post("/people/new/", form)),
        repeatable=False,
    )  # fmt: skip


def rename(client: Client) -> None:
    visitor = client.person()
    people = _PERSON.findall(visitor.page("/people/?role=worker"))
    if not people:
        return
    path = f"/people/{client.rng.choice(people)}/"
    form = visitor.form(path, path)
    name = client.words()
    form |= {"name": name, "role": "worker", "reason": "a new name"}
    client.ask("rename", visitor, name, lambda: told(visitor.post(path, form)), repeatable=False)
