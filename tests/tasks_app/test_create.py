"""Creating a task: the verb, the form, the same form twice (T3, E2, E4)."""

import re
from uuid import uuid4

import pytest
from django.db import transaction

from auth_app.models import User
from tasks_app.models import Task
from tests.conftest import ClientFor
from tests.delivery import deliver_everything, published
from tests.tasks_app.conftest import Meanwhile, somebody_waits_for_a_lock

URL = "/tasks/new/"


def test_it_assigns_and_tells_at_once(worker: User) -> None:
    task = Task.create(title="Paint the perch", jira_id="UBERPOP-1", created_by=worker.public_id)
    [created], [assigned] = published("tasks.task_created"), published("tasks.task_assigned")
    assert (created["title"], created["jira_id"]) == ("Paint the perch", "UBERPOP-1")
    assert assigned["account_id"] == str(task.assignee_id) == str(worker.public_id)
    assert (created["version"], assigned["version"], task.version) == (1, 2, 2)


def test_it_makes_one_task_of_one_key(worker: User) -> None:
    first, second = Task.create(title="A", key="k"), Task.create(title="A", key="k")
    assert first == second
    assert len(published("tasks.task_created")) == 1


@pytest.mark.django_db(transaction=True)
def test_it_makes_one_task_of_one_key_at_the_same_moment(
    worker: User, meanwhile: Meanwhile
) -> None:
    with transaction.atomic():
        first = Task.create(title="A", key="k")
        second = meanwhile(lambda: Task.create(title="A", key="k"))
        somebody_waits_for_a_lock()
    assert second.result() == first
    assert len(published("tasks.task_created")) == 1


@pytest.mark.parametrize("role", ["worker", "manager", "accountant", "admin"])
def test_it_lets_every_role_create(
    role: str, request: pytest.FixtureRequest, worker: User, client_for: ClientFor
) -> None:
    person: User = request.getfixturevalue(role)
    answer = client_for(person).post(URL, {"title": "Paint the perch"})
    task = Task.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/tasks/{task.public_id}/")
    assert (task.created_by, task.assignee_id) == (person.public_id, task.assignee_id)


def test_it_loses_nothing_that_is_typed_into_a_form_that_was_sent(
    worker: User, client_for: ClientFor
) -> None:
    """Some browsers keep a page as it was, key and all, for whoever goes back to it."""
    client, key = client_for(worker), str(uuid4())
    client.post(URL, {"title": "Paint the perch", "idempotency_key": key})
    answer = client.post(URL, {"title": "Order seeds", "idempotency_key": key})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "made another task before" in page
    [new_key] = re.findall(r'name="idempotency_key" value="([^"]+)"', page)
    again = client.post(URL, {"title": "Order seeds", "idempotency_key": new_key})
    assert again.status_code == 302
    assert set(Task.objects.values_list("title", flat=True)) == {"Paint the perch", "Order seeds"}


def test_it_makes_one_task_of_a_form_sent_twice(worker: User, client_for: ClientFor) -> None:
    form = {"title": "Paint the perch", "idempotency_key": str(uuid4())}
    client = client_for(worker)
    answers = [client.post(URL, form) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Task.objects.count() == 1


def test_it_keeps_the_keys_of_people_apart(
    worker: User, colleague: User, client_for: ClientFor
) -> None:
    form = {"title": "Paint the perch", "idempotency_key": str(uuid4())}
    for person in (worker, colleague):
        client_for(person).post(URL, form)
    assert Task.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("title", "", "required"),
        ("title", " \u200b ", "There is no title"),
        ("title", "Fix [sometimes] flaky landing", "contain [ or ]"),
        ("title", "[urgent] Call the vet", "contain [ or ]"),
        ("title", "x" * 201, "longer than 200"),
        ("jira_id", "forty-two", "looks like UBERPOP-42"),
        ("jira_id", "[UBERPOP-1]", "looks like UBERPOP-42"),
        ("jira_id", "U" * 31 + "-1", "longer than 32"),
        ("description", "x" * 10_001, "longer than 10,000"),
    ],
)
def test_it_refuses_what_is_no_task(
    field: str, typed: str, error: str, worker: User, client_for: ClientFor
) -> None:
    answer = client_for(worker).post(URL, {"title": "Paint the perch"} | {field: typed})
    assert answer.status_code == 422
    assert error in answer.content.decode()
    assert not Task.objects.exists()


def test_it_offers_a_pasted_key_apart_from_the_title(worker: User, client_for: ClientFor) -> None:
    client = client_for(worker)
    form = client.post(URL, {"title": "[UBERPOP-42] — Change the green"}).context["form"]
    offered = {name: form[name].value() for name in ("title", "jira_id", "description")}
    assert offered == {"title": "Change the green", "jira_id": "UBERPOP-42", "description": ""}
    assert client.post(URL, offered).status_code == 302
    assert (Task.objects.get().title, Task.objects.get().jira_id) == (
        "Change the green",
        "UBERPOP-42",
    )


@pytest.mark.parametrize(
    ("pasted", "title"),
    [
        ("[UBERPOP-42]: Change the green", "Change the green"),
        ("\ufeff[UBERPOP-42]Change the green", "Change the green"),
        ("[UBERPOP-42] - Change [all] the greens", "Change (all) the greens"),
        ("[UBERPOP-42] [UBERPOP-43] Change the green", "(UBERPOP-43) Change the green"),
    ],
)
def test_what_it_offers_can_be_saved_with_one_click(
    pasted: str, title: str, worker: User, client_for: ClientFor
) -> None:
    client = client_for(worker)
    answer = client.post(URL, {"title": pasted})
    assert answer.status_code == 422
    form = answer.context["form"]
    offered = {name: form[name].value() for name in ("title", "jira_id", "description")}
    assert client.post(URL, offered).status_code == 302
    assert (Task.objects.get().title, Task.objects.get().jira_id) == (title, "UBERPOP-42")


def test_it_does_not_guess_between_two_keys(worker: User, client_for: ClientFor) -> None:
    typed = {"title": "[UBERPOP-42] Change the green", "jira_id": "UBERPOP-41"}
    form = client_for(worker).post(URL, typed).context["form"]
    assert {name: form[name].value() for name in typed} == typed


def test_it_keeps_what_was_typed_when_nobody_can_get_it(
    manager: User, client_for: ClientFor
) -> None:
    answer = client_for(manager).post(URL, {"title": "Paint the perch", "description": "Green."})
    assert answer.status_code == 422
    assert "no active employee" in answer.content.decode()
    assert answer.context["form"]["description"].value() == "Green."
    assert not Task.objects.exists()


def test_it_ignores_fields_that_are_not_asked_for(
    worker: User, manager: User, client_for: ClientFor
) -> None:
    extra = {"status": "completed", "fee_cents": "1", "assignee": str(manager.public_id)}
    client_for(manager).post(URL, {"title": "Paint the perch"} | extra)
    task = Task.objects.get()
    assert (task.status, task.fee_cents, task.assignee_id) == ("open", None, worker.public_id)


def test_it_shows_the_prices_once_billing_has_told_them(worker: User) -> None:
    task = Task.create(title="Paint the perch")
    assert task.fee_cents is None
    deliver_everything()
    task.refresh_from_db()
    assert task.fee_cents in range(1000, 2001, 100)
    assert task.reward_cents in range(2000, 4001, 100)
