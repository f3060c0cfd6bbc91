"""The same request twice does its work once (E4)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from api import idempotency
from api.models import Answer
from auth_app.models import User
from messaging.models import OutboxEvent
from tasks_app.models import Task
from tests.calling import Caller, caller_for, problem
from tests.conftest import Hire
from tests.delivery import published

GREEN = {"title": "Change the green"}


@pytest.fixture
def caller(worker: User) -> Caller:
    return caller_for(worker)


def test_the_same_key_gives_the_first_answer_again(caller: Caller) -> None:
    first, again = (caller.post("/tasks", GREEN, key="one") for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert Task.objects.count() == 1


def test_what_is_written_differently_and_means_the_same_is_the_same(caller: Caller) -> None:
    caller.post("/tasks", '{"title": "Green", "description": ""}', key="one")
    again = caller.post("/tasks", ' {"description":"","title":"Green"} ', key="one")
    assert again["Idempotency-Replayed"] == "true"


def test_the_same_key_for_something_else_is_refused(caller: Caller) -> None:
    caller.post("/tasks", GREEN, key="one")
    other = caller.post("/tasks", {"title": "Change the blue"}, key="one")
    assert (other.status_code, problem(other)) == (409, "key-reused")
    assert Task.objects.count() == 1


def test_the_same_key_for_another_task_is_refused(caller: Caller) -> None:
    ids = [caller.post("/tasks", GREEN).json()["id"] for _ in range(2)]
    assert caller.post(f"/tasks/{ids[0]}/complete", key="one").status_code == 200
    assert problem(caller.post(f"/tasks/{ids[1]}/complete", key="one")) == "key-reused"


def test_keys_of_different_calls_have_nothing_to_do_with_each_other(caller: Caller) -> None:
    task = caller.post("/tasks", GREEN, key="one").json()
    assert caller.post(f"/tasks/{task['id']}/complete", key="one").status_code == 200


def test_keys_of_different_people_have_nothing_to_do_with_each_other(
    caller: Caller, colleague: User
) -> None:
    caller.post("/tasks", GREEN, key="one")
    assert "Idempotency-Replayed" not in caller_for(colleague).post("/tasks", GREEN, key="one")
    assert Task.objects.count() == 2


def test_without_a_key_every_request_is_a_new_one(caller: Caller) -> None:
    assert [caller.post("/tasks", GREEN).status_code for _ in range(2)] == [201, 201]
    assert Task.objects.count() == 2


def test_a_refusal_is_not_kept(caller: Caller) -> None:
    assert caller.post("/tasks", {"title": " "}, key="one").status_code == 422
    assert caller.post("/tasks", GREEN, key="one").status_code == 201


@pytest.mark.parametrize("key", ["k" * 256, "naïve"])
def test_a_key_that_is_none_is_refused(caller: Caller, key: str) -> None:
    assert problem(caller.post("/tasks", GREEN, key=key)) == "invalid"


def test_what_is_told_the_first_time_only(caller: Caller) -> None:
    for _ in range(3):
        caller.post("/tasks", GREEN, key="one")
    assert len(published("tasks.task_created")) == len(published("tasks.task_assigned")) == 1


def test_completing_again_with_the_key_says_what_it_said(caller: Caller) -> None:
    task = caller.post("/tasks", GREEN).json()["id"]
    first, again = (caller.post(f"/tasks/{task}/complete", key="done") for _ in range(2))
    assert first.content == again.content
    assert len(published("tasks.task_completed")) == 1


def test_an_upload_is_known_again_by_what_it_holds(hire: Hire, worker: User) -> None:
    manager = caller_for(hire("Mona", "manager"))
    answers = [upload(manager, "Water the plants") for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[1]["Idempotency-Replayed"] == "true"
    assert problem(upload(manager, "Feed the fish")) == "key-reused"


def upload(caller: Caller, text: str) -> Any:
    file = SimpleUploadedFile("tasks.txt", text.encode())
    return caller.upload("/tasks/import", key="file", file=file)


def test_it_forgets_after_two_days(caller: Caller) -> None:
    caller.post("/tasks", GREEN, key="one")
    with time_machine.travel(timedelta(hours=47)):
        assert idempotency.prune() == 0
    with time_machine.travel(timedelta(hours=49)):
        assert idempotency.prune() == 1


@pytest.mark.django_db(transaction=True)
def test_a_crash_before_the_answer_is_kept_leaves_nothing_behind(
    hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer and the effect are one transaction."""
    caller = caller_for(hire("Wanda"))
    with monkeypatch.context() as broken:
        broken.setattr(idempotency, "_keep", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            caller.post("/tasks", GREEN, key="one")
    assert not Task.objects.exists()
    assert not OutboxEvent.objects.filter(event_name__startswith="tasks.").exists()
    assert caller.post("/tasks", GREEN, key="one").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_done(hire: Hire) -> None:
    token = caller_for(hire("Wanda")).token

    def press(_: int) -> Any:
        try:
            return Caller(token).post("/tasks", GREEN, key="one")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(press, range(16)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {problem(answer) for answer in answers if answer.status_code == 409} <= {"in-flight"}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert Task.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_being_done_is_not_done_again(hire: Hire) -> None:
    person = hire("Wanda")
    caller, held, released = caller_for(person), threading.Event(), threading.Event()

    def hold() -> None:
        with idempotency._alone(person.public_id, "create_task", "one"):
            held.set()
            released.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    answer = caller.post("/tasks", GREEN, key="one")
    released.set()
    thread.join()
    assert (answer.status_code, problem(answer), answer["Retry-After"]) == (409, "in-flight", "1")
    assert caller.post("/tasks", GREEN, key="one").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_that_nothing_is_done_twice_does_not_rest_on_the_lock(
    hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if two processes had both got it, through a pooler that mixes sessions."""
    person = hire("Wanda")
    caller = caller_for(person)
    kept = idempotency._keep

    def late(*args: Any) -> None:
        Answer.objects.create(
            person=person.public_id,
            call="create_task",
            key="one",
            fingerprint="x",
            status=201,
            body="{}",
        )
        kept(*args)

    monkeypatch.setattr(idempotency, "_keep", late)
    assert problem(caller.post("/tasks", GREEN, key="one")) == "in-flight"
    assert not Task.objects.exists()
