"""What a file would bring is shown before anything is created, and is what it brings then."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from auth_app.models import User
from tasks_app import importing, previewing, task_files
from tasks_app.models import Task
from tasks_app.runs import ImportRun, Upload
from tests.conftest import ClientFor, Hire

DATA = Path(__file__).parent.parent / "data"
URL = "/tasks/import/"


def looked_at(text: str, name: str = "tasks.txt") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, text.encode()), "look": "1"}


@pytest.fixture
def client(manager: User, client_for: ClientFor) -> Client:
    return client_for(manager)


def test_it_creates_nothing(worker: User, client: Client) -> None:
    answer = client.post(URL, looked_at("Paint the perch\nTeach popugs [again]"))
    assert answer["Location"] == f"{URL}{Upload.objects.get().pk}/"
    page = client.get(answer["Location"]).content.decode()
    assert "Teach popugs [again]" in page
    assert "A title can&#x27;t contain [ or ]." in page
    assert "Create 1 task" in page
    assert (Task.objects.count(), ImportRun.objects.count()) == (0, 0)


@pytest.mark.parametrize("name", ["popug_tasks.txt", "popug_tasks.csv"])
def test_it_promises_what_the_import_keeps(worker: User, name: str) -> None:
    file = task_files.read((DATA / name).read_bytes(), name)
    promised = previewing.find(file)
    run = importing.start(file)
    importing.go_on(run.pk)
    run.refresh_from_db()
    rejected = run.rejected_lines.values_list("number", "reason")
    assert promised["created"] == run.created
    assert [(number, reason) for number, reason, _ in promised["lines"]] == list(rejected)
    assert sum(promised["reasons"].values()) == run.rejected


def test_it_is_imported_once_however_often_it_is_pressed(worker: User, client: Client) -> None:
    page = client.post(URL, looked_at("Paint the perch"))["Location"]
    first, second = client.post(page), client.post(page)
    run = ImportRun.objects.get()
    assert first["Location"] == second["Location"] == f"/tasks/imports/{run.pk}/"
    importing.go_on(run.pk)
    assert Task.objects.count() == 1


def test_it_says_what_was_imported_before_and_may_be_again(worker: User, client: Client) -> None:
    earlier = importing.start(task_files.read(b"Paint the perch", "old.txt"))
    importing.go_on(earlier.pk)
    page = client.post(URL, looked_at("Paint the perch"))["Location"]
    assert f"/tasks/imports/{earlier.pk}/" in client.get(page).content.decode()
    client.post(page, {"seen": str(earlier.pk)})
    assert ImportRun.objects.count() == 2


@pytest.mark.parametrize("seen", [{}, {"seen": "nonsense"}])
def test_it_imports_nothing_over_an_import_that_it_has_not_shown(
    seen: dict[str, str], worker: User, client: Client
) -> None:
    """Somebody else may have imported the same file since."""
    page = client.post(URL, looked_at("Paint the perch"))["Location"]
    theirs = importing.start(task_files.read(b"Paint the perch", "theirs.txt"))
    importing.go_on(theirs.pk)
    answer = client.post(page, seen)
    assert answer.status_code == 422
    assert f'name="seen" value="{theirs.pk}"' in answer.content.decode()
    assert ImportRun.objects.get() == theirs


def test_one_that_was_taken_up_is_not_begun_anew(worker: User, client: Client) -> None:
    importing.start(task_files.read(b"Paint the perch", "old.txt")).cancel()
    page = client.post(URL, looked_at("Paint the perch"))["Location"]
    for _ in range(2):
        client.post(page)
        importing.go_on(ImportRun.objects.get().pk)
    assert Task.objects.count() == 1


def test_a_file_without_tasks_offers_no_button(worker: User, client: Client) -> None:
    page = client.post(URL, looked_at("[broken\n]"))["Location"]
    assert "<button disabled>" in client.get(page).content.decode()


def test_it_says_when_nobody_could_get_the_tasks(client: Client) -> None:
    page = client.post(URL, looked_at("Paint the perch"))["Location"]
    assert "There is nobody who could get tasks." in client.get(page).content.decode()
    assert client.post(page).status_code == 422
    assert not ImportRun.objects.exists()


def test_it_is_for_whoever_uploaded_it(
    worker: User, client: Client, hire: Hire, client_for: ClientFor
) -> None:
    page = client.post(URL, looked_at("Paint the perch"))["Location"]
    other = client_for(hire("Otto", "manager"))
    assert other.get(page).status_code == 404
    assert other.post(page).status_code == 404
    assert not ImportRun.objects.exists()


def test_it_keeps_one_file_a_person(worker: User, client: Client) -> None:
    client.post(URL, looked_at("Paint the perch"))
    client.post(URL, looked_at("Preen"))
    assert Upload.objects.get().content == "Preen"


def test_a_bad_file_is_refused_as_ever(client: Client) -> None:
    assert client.post(URL, looked_at("")).status_code == 422
    assert not Upload.objects.exists()
