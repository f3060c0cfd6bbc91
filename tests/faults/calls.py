"""What programs do through the API."""

import http

from tests.faults.clients import Client
from tests.faults.site import Unknown


def create(client: Client) -> None:
    program, title = client.program(), client.words()
    client.ask(
        "call: create",
        program,
        title,
        lambda: program.do("/tasks", {"title": title}, key=title),
    )


def complete(client: Client) -> None:
    program = client.program()
    status, page = program.call("GET", "/tasks?status=open&assignee=me")
    if status != http.HTTPStatus.OK:
        raise Unknown(f"the list: {status}")
    if not page["items"]:
        return
    task, key = client.rng.choice(page["items"])["id"], client.new_key()
    client.ask("complete", program, task, lambda: program.do(f"/tasks/{task}/complete", {}, key))
