"""The tracker over the API: the same verbs and the same rules as on its pages."""

from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from access.models import EndedSignIn
from auth_app.models import User
from messaging.models import OutboxEvent
from tasks_app import importing, shuffle
from tasks_app.models import Account, Task
from tests.calling import Caller, caller_for, problem
from tests.delivery import deliver_everything
from tests.tasks_app.conftest import MakeTasks

GREEN = {"title": "Change the green", "jira_id": "UBERPOP-42", "description": "Of the button"}


@pytest.fixture
def caller(worker: User) -> Caller:
    return caller_for(worker)


@pytest.fixture
def boss(manager: User) -> Caller:
    return caller_for(manager)


def test_it_creates_a_task_with_an_assignee(caller: Caller, worker: User) -> None:
    answer = caller.post("/tasks", GREEN)
    task = answer.json()
    assert answer.status_code == 201
    assert {name: task[name] for name in GREEN} == GREEN
    assert task["assignee"] == {"id": str(worker.public_id), "name": worker.name}
    assert (task["status"], task["completed_at"]) == ("open", None)
    assert task["created_at"].endswith("Z")


def test_a_key_is_optional(caller: Caller) -> None:
    task = caller.post("/tasks", {"title": "Water the plants"}).json()
    assert (task["jira_id"], task["description"]) == (None, "")


def test_what_it_creates_is_told_in_the_name_of_who_asked(caller: Caller, worker: User) -> None:
    answer = caller.post("/tasks", GREEN)
    [told] = OutboxEvent.objects.filter(event_name="tasks.task_assigned")
    assert told.actor == worker.public_id
    assert str(told.correlation_id) == answer["X-Request-ID"]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("title", "[UBERPOP-42] Change the green"),
        ("title", "Change ] the green"),
        ("title", ""),
        ("title", "\u200b \t"),
        ("title", "x" * 201),
        ("jira_id", "uberpop 42"),
        ("jira_id", "A-" + "1" * 40),
        ("description", "x" * 10_001),
    ],
)
def test_it_refuses_what_is_no_task(caller: Caller, member: str, value: str) -> None:
    answer = caller.post("/tasks", GREEN | {member: value})
    assert (answer.status_code, problem(answer)) == (422, "invalid")
    assert answer.json()["errors"][0]["pointer"] == f"#/{member}"
    assert not Task.objects.exists()


def test_it_refuses_when_nobody_can_be_drawn(boss: Caller) -> None:
    answer = boss.post("/tasks", GREEN)
    assert (answer.status_code, problem(answer)) == (422, "nobody-to-assign")


def test_everybody_sees_everybodys_tasks(
    caller: Caller, boss: Caller, make_tasks: MakeTasks
) -> None:
    [task] = make_tasks(1)
    for who in (caller, boss):
        assert who.get(f"/tasks/{task.public_id}").json()["title"] == "Task 1"
        assert [found["title"] for found in who.get("/tasks").json()["items"]] == ["Task 1"]


def test_it_pages_through_all_of_them_once(caller: Caller, make_tasks: MakeTasks) -> None:
    make_tasks(7)
    seen, address = [], "http://testserver/api/v1/tasks?limit=3"
    while address:
        page = caller.get(address.removeprefix("http://testserver/api/v1")).json()
        seen += [task["title"] for task in page["items"]]
        address = page["next"]
    assert seen == [f"Task {number}" for number in range(7, 0, -1)]


def test_pages_keep_the_filter(caller: Caller, make_tasks: MakeTasks) -> None:
    make_tasks(3)
    page = caller.get("/tasks", status="open", limit=2).json()
    assert "status=open" in page["next"]
    assert "limit=2" in page["next"]


@pytest.mark.parametrize("cursor", ["x", "e30", "WzFd", "////"])
def test_a_cursor_that_is_none_is_404(caller: Caller, cursor: str) -> None:
    assert problem(caller.get("/tasks", cursor=cursor)) == "not-found"


@pytest.mark.parametrize("limit", ["0", "201", "x", "-1"])
def test_a_senseless_limit_is_refused(caller: Caller, limit: str) -> None:
    assert problem(caller.get("/tasks", limit=limit)) == "invalid"


def test_it_filters(caller: Caller, colleague: User, worker: User, make_tasks: MakeTasks) -> None:
    make_tasks(1, for_=worker)[0].complete(worker.public_id)
    make_tasks(2, for_=colleague)
    assert titles(caller.get("/tasks", assignee="me")) == ["Task 1"]
    assert titles(caller.get("/tasks", assignee=str(colleague.public_id))) == ["Task 2", "Task 1"]
    assert titles(caller.get("/tasks", status="completed")) == ["Task 1"]
    assert titles(caller.get("/tasks", q="task 2")) == ["Task 2"]
    assert problem(caller.get("/tasks", assignee="nobody")) == "invalid"


def test_it_completes_ones_own_once(caller: Caller, worker: User, make_tasks: MakeTasks) -> None:
    [task] = make_tasks(1, for_=worker)
    answers = [caller.post(f"/tasks/{task.public_id}/complete") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert OutboxEvent.objects.filter(event_name="tasks.task_completed").count() == 1


def test_it_does_not_complete_others(
    boss: Caller, caller: Caller, colleague: User, make_tasks: MakeTasks
) -> None:
    [task] = make_tasks(1, for_=colleague)
    for who in (boss, caller):
        assert problem(who.post(f"/tasks/{task.public_id}/complete")) == "not-yours"
    task.refresh_from_db()
    assert task.is_open


def test_it_shuffles(boss: Caller, make_tasks: MakeTasks) -> None:
    make_tasks(3)
    answer = boss.post("/tasks/shuffle")
    begun = answer.json()
    assert (answer.status_code, begun["status"], begun["total"]) == (202, "running", 3)
    shuffle.go_on(UUID(begun["id"]))
    assert boss.get(f"/tasks/shuffles/{begun['id']}").json() == begun | {
        "status": "completed",
        "done": 3,
    }


def test_a_second_shuffle_is_the_one_that_runs(boss: Caller, make_tasks: MakeTasks) -> None:
    make_tasks(1)
    assert boss.post("/tasks/shuffle").json() == boss.post("/tasks/shuffle").json()


def test_it_does_not_shuffle_among_nobody(boss: Caller) -> None:
    assert problem(boss.post("/tasks/shuffle")) == "nobody-to-assign"


def test_it_imports_and_tells_what_is_no_task(boss: Caller, worker: User) -> None:
    answer = upload(boss, "[UBERPOP-1] - Water the plants\nFeed [ the fish\n")
    begun = answer.json()
    assert (answer.status_code, begun["total"], begun["rejected"]) == (202, 2, 0)
    importing.go_on(UUID(begun["id"]))
    run = boss.get(f"/tasks/imports/{begun['id']}").json()
    assert (run["status"], run["done"]) == ("completed", 2)
    assert [(line["line"], line["text"]) for line in run["rejected"]] == [(2, "Feed [ the fish")]
    assert Task.objects.get().jira_id == "UBERPOP-1"


def test_a_file_is_imported_again_only_if_that_is_meant(boss: Caller, worker: User) -> None:
    first = upload(boss, "Water the plants").json()["id"]
    importing.go_on(UUID(first))
    again = upload(boss, "Water the plants")
    assert (problem(again), again.json()["id"]) == ("already-imported", first)
    assert upload(boss, "Water the plants", again="true").status_code == 202


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"a\x00b"])
def test_a_file_that_cannot_be_read_is_refused(boss: Caller, worker: User, raw: bytes) -> None:
    answer = upload(boss, raw)
    assert (answer.status_code, problem(answer)) == (422, "invalid")


def test_members_that_the_upload_does_not_know_are_refused(boss: Caller, worker: User) -> None:
    assert problem(upload(boss, "Water the plants", assignee="me")) == "invalid"


def hear_of_roles_only() -> None:
    """As if it were still on its way that the sign-ins are over too."""
    deliver_everything()
    EndedSignIn.objects.all().delete()


def test_a_role_taken_away_acts_on_tokens_already_issued(boss: Caller, manager: User) -> None:
    manager.change(role="worker")
    hear_of_roles_only()
    assert problem(boss.post("/tasks/shuffle")) == "forbidden"


def test_a_promotion_needs_a_new_token(caller: Caller, worker: User) -> None:
    worker.change(role="manager")
    hear_of_roles_only()
    assert problem(caller.post("/tasks/shuffle")) == "forbidden"
    worker.refresh_from_db()
    assert caller_for(worker).post("/tasks/shuffle").status_code == 422


def test_a_promotion_waits_until_the_tracker_knows_of_it(worker: User) -> None:
    worker.change(role="manager")
    assert problem(caller_for(worker).post("/tasks/shuffle")) == "forbidden"


def test_a_token_of_somebody_dismissed_opens_nothing(caller: Caller, worker: User) -> None:
    worker.deactivate()
    deliver_everything()
    assert problem(caller.get("/tasks")) == "unauthorized"


def test_somebody_of_whom_the_tracker_has_not_heard_may_look(worker: User) -> None:
    admin = User.objects.register("new@popug.example", "New", None, role="admin")
    assert not Account.objects.filter(pk=admin.public_id).exists()
    assert caller_for(admin).get("/tasks").status_code == 200
    assert problem(caller_for(admin).post("/tasks/shuffle")) == "forbidden"


def titles(answer: Any) -> list[str]:
    return [task["title"] for task in answer.json()["items"]]


def upload(caller: Caller, content: str | bytes, **more: str) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return caller.upload("/tasks/import", file=SimpleUploadedFile("tasks.txt", raw), **more)
