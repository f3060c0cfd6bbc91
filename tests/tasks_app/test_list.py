"""The dashboard of all tasks: open to everybody, filtered by the URL (T1)."""

from uuid import uuid4

import pytest

from auth_app.models import User
from tasks_app.forms import MEANT, MEANT_AMONG
from tasks_app.models import Account, Task
from tests.conftest import ClientFor
from tests.delivery import deliver_everything
from tests.tasks_app.conftest import MakeTasks

URL = "/tasks/"


def titles(client_for: ClientFor, person: User, query: str = "") -> list[str]:
    page = client_for(person).get(f"{URL}?{query}").context["page"]
    return [task.title for task in page.items]


@pytest.mark.parametrize("role", ["worker", "manager", "accountant", "admin"])
def test_it_shows_everybody_all_tasks_newest_first(
    role: str, request: pytest.FixtureRequest, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    person = request.getfixturevalue(role)
    make_tasks(3)
    assert titles(client_for, person) == ["Task 3", "Task 2", "Task 1"]


def test_it_finds_words_and_keys(worker: User, client_for: ClientFor) -> None:
    Task.create(title="Paint the perch", jira_id="UBERPOP-1")
    Task.create(title="Order seeds", jira_id="UBERPOP-2")
    assert titles(client_for, worker, "q=PERCH") == ["Paint the perch"]
    assert titles(client_for, worker, "q=uberpop-2") == ["Order seeds"]
    assert titles(client_for, worker, "q=100%25") == []


def test_it_tells_open_from_completed(
    worker: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    make_tasks(2)[0].complete(worker.public_id)
    assert titles(client_for, worker, "status=completed") == ["Task 1"]
    assert titles(client_for, worker, "status=open") == ["Task 2"]


def test_it_shows_the_tasks_of_one_person(
    worker: User, colleague: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    make_tasks(1, for_=worker)
    assert titles(client_for, colleague, f"assignee={worker.public_id}") == ["Task 1"]
    assert titles(client_for, colleague, "assignee=me") == []
    assert titles(client_for, worker, "assignee=me&status=open&q=task") == ["Task 1"]


def offered(client_for: ClientFor, person: User, query: str) -> list[str]:
    context = client_for(person).get(f"{URL}?{query}").context
    return [found.name for found in context.get("people", [])]


def test_it_offers_the_tasks_of_people_of_that_name(
    worker: User, colleague: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    make_tasks(1, for_=worker)
    page = client_for(colleague).get(f"{URL}?status=open&q=wand").content.decode()
    assert f'href="?status=open&amp;assignee={worker.public_id}"' in page
    assert offered(client_for, colleague, "q=colin+coll") == ["Colin Colleague"]
    assert offered(client_for, colleague, "q=!") == offered(client_for, colleague, "") == []
    assert offered(client_for, colleague, f"q=wand&assignee={colleague.public_id}") == []


def test_it_offers_no_more_people_than_one_looks_through(
    worker: User, client_for: ClientFor
) -> None:
    Account.objects.bulk_create(
        Account(public_id=uuid4(), name=f"Polly {n}", role="worker", is_active=False, version=1)
        for n in range(MEANT_AMONG + 1)
    )
    assert len(offered(client_for, worker, "q=polly")) == MEANT


@pytest.mark.parametrize("query", ["status=lost", "assignee=nobody", "q=%00", "q=" + "x" * 201])
@pytest.mark.parametrize("place", ["", "rows/", "export.csv"])
def test_it_refuses_a_senseless_filter(
    place: str, query: str, worker: User, client_for: ClientFor
) -> None:
    assert client_for(worker).get(f"{URL}{place}?{query}").status_code == 422


def test_it_pages_and_keeps_the_filter(
    worker: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    make_tasks(51)
    client = client_for(worker)
    page = client.get(f"{URL}?status=open").context["page"]
    second = client.get(f"{URL}?status=open&cursor={page.next}")
    assert [task.title for task in second.context["page"].items] == ["Task 1"]
    assert "status=open&amp;cursor=" in client.get(f"{URL}?status=open").content.decode()
    assert client.get(f"{URL}?cursor=rubbish").status_code == 404


def test_its_rows_are_sent_again_only_when_they_changed(
    worker: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    client = client_for(worker, htmx=True)
    tag = client.get(f"{URL}rows/")["HX-PTag"]
    assert client.get(f"{URL}rows/", headers={"HX-PTag": tag}).status_code == 304
    make_tasks(1)
    assert "Task 1" in client.get(f"{URL}rows/", headers={"HX-PTag": tag}).content.decode()


def test_it_shows_prices_when_billing_has_told_them(worker: User, client_for: ClientFor) -> None:
    Task.create(title="Paint the perch")
    assert "being priced" in client_for(worker).get(URL).content.decode()
    deliver_everything()
    assert "being priced" not in client_for(worker).get(URL).content.decode()


def test_it_counts_stranded_tasks_for_managers(
    worker: User, colleague: User, manager: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    make_tasks(2, for_=worker)
    Account.objects.filter(pk=worker.public_id).update(role="manager")
    assert client_for(manager).get(URL).context["stranded"] == 2
    assert len(titles(client_for, manager, "status=stranded")) == 2
    assert "stranded" not in client_for(colleague).get(URL).context


def test_only_managers_have_the_button(worker: User, manager: User, client_for: ClientFor) -> None:
    assert 'href="/tasks/shuffle/"' in client_for(manager).get(URL).content.decode()
    assert 'href="/tasks/shuffle/"' not in client_for(worker).get(URL).content.decode()


def test_its_export_is_the_filtered_list(
    worker: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    make_tasks(3)[1].complete(worker.public_id)
    answer = client_for(worker).get(f"{URL}export.csv?status=completed")
    header, row = answer.getvalue().decode().splitlines()
    assert header.startswith("\ufeffid,jira_id,title,status,assignee,fee_cents,reward_cents")
    assert ",Task 2,completed,Wanda Worker,," in row


def test_it_shows_hostile_titles_as_text(worker: User, client_for: ClientFor) -> None:
    Task.create(title="<script>alert(1)</script>")
    assert "<script>alert" not in client_for(worker).get(URL).content.decode()


def test_a_task_has_a_page_with_its_history(
    worker: User, accountant: User, client_for: ClientFor
) -> None:
    task = Task.create(title="Paint the perch", description="Two coats.", jira_id="UBERPOP-1")
    page = client_for(accountant).get(f"{URL}{task.public_id}/")
    for words in ("Paint the perch", "Two coats.", "UBERPOP-1", "at creation"):
        assert words in page.content.decode()
    assert page.context["can_complete"] is (task.assignee_id == accountant.public_id)


def test_it_knows_no_other_tasks(worker: User, client_for: ClientFor) -> None:
    assert client_for(worker).get(f"{URL}{uuid4()}/").status_code == 404
    assert client_for(worker).get(f"{URL}17/").status_code == 404


def test_it_is_sorted_as_the_address_says(worker: User, client_for: ClientFor) -> None:
    for title, reward in (("A", 2500), ("B", 4000), ("C", None)):
        task = Task.create(title=title)
        Task.objects.filter(pk=task.pk).update(reward_cents=reward)
    assert titles(client_for, worker, "sort=oldest") == ["A", "B", "C"]
    assert titles(client_for, worker, "sort=reward") == ["B", "A", "C"]
    assert client_for(worker).get(f"{URL}?sort=colour").status_code == 422


@pytest.mark.parametrize("sort", ["", "oldest", "reward"])
def test_its_pages_follow_each_other_in_that_order(
    sort: str, worker: User, make_tasks: MakeTasks, client_for: ClientFor
) -> None:
    make_tasks(120)
    Task.objects.filter(pk__in=list(Task.objects.values_list("pk", flat=True)[:70])).update(
        reward_cents=3000
    )
    client, seen = client_for(worker), list[str]()
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(f"{URL}?sort={sort}&cursor={cursor}").context["page"]
        seen += [task.title for task in page.items]
        cursor = page.next
    assert len(seen) == len(set(seen)) == 120
