"""One's own tasks in one place (T5)."""

from auth_app.models import User
from tests.conftest import ClientFor
from tests.tasks_app.conftest import MakeTasks

URL = "/tasks/mine/"


def test_it_shows_open_tasks_with_a_button_each(
    worker: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    tasks = make_tasks(2)
    page = client_for(worker).get(URL).content.decode()
    assert all(f'action="/tasks/{task.public_id}/complete/"' in page for task in tasks)
    assert "2 open tasks" in page


def test_it_hides_other_peoples_tasks(
    worker: User, colleague: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    make_tasks(2, for_=worker)
    assert client_for(colleague).get(URL).context["page"].items == []


def test_it_lists_what_was_completed_last(
    worker: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    first, second, _ = make_tasks(3)
    for task in (first, second):
        task.complete(worker.public_id)
    context = client_for(worker).get(URL).context
    assert [task.title for task in context["completed"]] == ["Task 2", "Task 1"]
    assert context["waiting"] == 1


def test_its_rows_follow_a_shuffle(
    worker: User, colleague: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    [task] = make_tasks(1, for_=worker)
    client = client_for(worker, htmx=True)
    tag = client.get(f"{URL}rows/")["HX-PTag"]
    task.assignee_id = colleague.public_id
    task.save()
    answer = client.get(f"{URL}rows/", headers={"HX-PTag": tag})
    assert (answer.status_code, answer.context["page"].items) == (200, [])


def test_it_shows_the_balance_as_billing_tells_it(worker: User, client_for: ClientFor) -> None:
    assert 'hx-get="/billing/balance/"' in client_for(worker).get(URL).content.decode()
