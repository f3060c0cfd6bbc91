"""The import: every line once, however often it is stopped or asked for."""

import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction

from auth_app.models import User
from messaging.models import OutboxEvent
from tasks_app import events, importing, task_files
from tasks_app.models import Account, NobodyToAssign, Task
from tasks_app.runs import ImportRun
from tests.conftest import ClientFor
from tests.delivery import published
from tests.tasks_app.conftest import Meanwhile, somebody_waits_for_a_lock

DATA = Path(__file__).parent.parent / "data"
URL = "/tasks/import/"


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 4)


def file_of(text: str, name: str = "tasks.txt") -> task_files.TaskFile:
    return task_files.read(text.encode(), name)


def sample() -> task_files.TaskFile:
    return file_of((DATA / "popug_tasks.txt").read_text(), "popug_tasks.txt")


def finish(run: ImportRun) -> ImportRun:
    importing.go_on(run.pk)
    run.refresh_from_db()
    return run


def upload(text: str, name: str = "tasks.txt", **fields: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, text.encode()), **fields}


def test_every_line_is_a_task_or_rejected(worker: User, small_batches: None) -> None:
    run = finish(importing.start(sample()))
    assert (run.status, run.total, run.done) == ("completed", 24, 24)
    assert run.created == Task.objects.count() == 18
    assert run.rejected == run.rejected_lines.count() == 6


def test_it_keeps_rejected_lines_with_number_text_and_reason(worker: User) -> None:
    run = finish(importing.start(file_of("A\nTeach popugs [again]\nB")))
    [line] = run.rejected_lines.all()
    assert (line.number, line.text, line.reason) == (2, "Teach popugs [again]", "brackets")


def test_it_assigns_and_tells_of_every_task(worker: User, manager: User) -> None:
    run = finish(importing.start(sample(), manager.public_id))
    created, assigned = published("tasks.task_created"), published("tasks.task_assigned")
    assert len(created) == len(assigned) == run.created
    assert {fact["task_id"] for fact in created} == {fact["task_id"] for fact in assigned}
    origins = OutboxEvent.objects.filter(producer="tasks").values_list("actor", "correlation_id")
    assert set(origins) == {(manager.public_id, run.correlation_id)}


def test_it_goes_on_where_it_was_killed(
    worker: User, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = importing.start(sample())
    importing.go_on(run.pk, seconds=0)
    with monkeypatch.context() as broken:
        broken.delattr(events, "task_assigned")
        with pytest.raises(AttributeError):
            importing.go_on(run.pk)
    assert Task.objects.count() == 4
    run = finish(run)
    assert (run.created, run.rejected, Task.objects.count()) == (18, 6, 18)


def test_it_refuses_the_same_content_again(worker: User) -> None:
    run = finish(importing.start(sample()))
    with pytest.raises(importing.AlreadyImported) as refusal:
        importing.start(sample())
    assert refusal.value.run == run


def test_it_imports_it_again_when_told_to(worker: User) -> None:
    finish(importing.start(sample()))
    finish(importing.start(sample(), again=True))
    assert Task.objects.count() == 2 * 18


def test_it_takes_up_an_unfinished_one_of_the_same_content(
    worker: User, small_batches: None
) -> None:
    run = importing.start(sample())
    importing.go_on(run.pk, seconds=0)
    run.cancel()
    again = finish(importing.start(sample(), again=True))
    assert (again.pk, again.status) == (run.pk, "completed")
    assert Task.objects.count() == 18


def test_a_form_that_took_one_up_begins_none_when_it_is_repeated(worker: User) -> None:
    importing.start(file_of("A\nB")).cancel()
    for _ in range(2):
        finish(importing.start(file_of("A\nB"), key="k", again=True))
    assert Task.objects.count() == 2


def test_it_takes_up_none_that_was_read_otherwise(worker: User) -> None:
    table = "title,jira_id\nFeed,AB-1\nWash,AB-2\n"
    importing.start(file_of(table, "tasks.txt")).cancel()
    run = finish(importing.start(file_of(table, "tasks.CSV")))
    assert (run.created, run.rejected) == (2, 0)
    assert set(Task.objects.values_list("title", "jira_id")) == {("Feed", "AB-1"), ("Wash", "AB-2")}


def test_one_that_breaks_stops_no_other(
    worker: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, whole = importing.start(file_of("one")), importing.start(file_of("two"))
    go_on = importing.go_on
    known = {whole.pk: go_on}  # any other raises
    monkeypatch.setattr(importing, "go_on", lambda run, seconds: known[run](run, seconds))
    importing.go_on_with_all()
    whole.refresh_from_db()
    assert whole.is_completed
    assert f"import {broken.pk} broke" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_it_is_one_for_two_uploads_at_once(worker: User, meanwhile: Meanwhile) -> None:
    with transaction.atomic():
        first = importing.start(sample())
        second = meanwhile(importing.start, sample())
        somebody_waits_for_a_lock()
    assert second.result() == first
    assert ImportRun.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_several_workers_import_each_line_once(
    worker: User, meanwhile: Meanwhile, small_batches: None
) -> None:
    run = importing.start(sample())
    for going in [meanwhile(importing.go_on, run.pk) for _ in range(3)]:
        going.result()
    assert finish(run).created == Task.objects.count() == 18


def test_it_gives_the_same_for_the_same_press(worker: User) -> None:
    run = finish(importing.start(sample(), key="k"))
    assert importing.start(sample(), key="k", again=True) == run


def test_a_form_that_was_sent_takes_another_file(worker: User) -> None:
    """Some browsers keep a page as it was, key and all, for whoever goes back to it."""
    finish(importing.start(file_of("A"), key="k"))
    finish(importing.start(file_of("B"), key="k"))
    assert set(Task.objects.values_list("title", flat=True)) == {"A", "B"}


def test_it_begins_nothing_when_nobody_is_eligible(manager: User) -> None:
    with pytest.raises(NobodyToAssign):
        importing.start(sample())
    assert not ImportRun.objects.exists()


def test_it_fails_plainly_when_everybody_leaves_meanwhile(
    worker: User, small_batches: None
) -> None:
    run = importing.start(sample())
    importing.go_on(run.pk, seconds=0)
    Account.objects.update(is_active=False)
    run = finish(run)
    assert (run.status, run.failure, run.created) == ("failed", "nobody", 4)


def test_the_page_begins_it_and_shows_what_came_of_it(
    worker: User, manager: User, client_for: ClientFor
) -> None:
    client = client_for(manager)
    answer = client.post(URL, upload("Paint the perch\nTeach popugs [again]"))
    run = ImportRun.objects.get()
    assert answer["Location"] == f"/tasks/imports/{run.pk}/"
    assert "hx-trigger" in client.get(f"/tasks/imports/{run.pk}/progress/").content.decode()
    finish(run)
    shown = client.get(answer["Location"]).content.decode()
    assert "Teach popugs [again]" in shown
    assert 'hx-trigger="every 1s"' not in shown


def test_the_page_names_the_earlier_import(
    worker: User, manager: User, client_for: ClientFor
) -> None:
    client = client_for(manager)
    client.post(URL, upload("Paint the perch"))
    run = finish(ImportRun.objects.get())
    answer = client.post(URL, upload("Paint the perch"))
    assert answer.status_code == 422
    assert f"/tasks/imports/{run.pk}/" in answer.content.decode()
    assert client.post(URL, upload("Paint the perch", again="on")).status_code == 302


@pytest.mark.parametrize(
    ("text", "error"),
    [("", "empty"), ("\0", "NUL"), ("x" * (task_files.MAX_BYTES + 1), "20 MB")],
    ids=["empty", "binary", "large"],
)
def test_the_page_refuses_a_bad_file(
    text: str, error: str, worker: User, manager: User, client_for: ClientFor
) -> None:
    answer = client_for(manager).post(URL, upload(text))
    assert answer.status_code == 422
    assert error in str(answer.context["form"].errors["file"])
    assert not ImportRun.objects.exists()


def test_the_page_says_when_nobody_could_get_the_tasks(
    manager: User, client_for: ClientFor
) -> None:
    answer = client_for(manager).post(URL, upload("Paint the perch"))
    assert (answer.status_code, ImportRun.objects.count()) == (422, 0)


def test_rejected_lines_are_to_be_had_as_csv(
    worker: User, manager: User, client_for: ClientFor
) -> None:
    run = finish(importing.start(file_of("=1+1 [x]\nA")))
    answer = client_for(manager).get(f"/tasks/imports/{run.pk}/rejected.csv")
    lines = answer.getvalue().decode().splitlines()
    assert lines[1] == "1,A title can't contain [ or ].,'=1+1 [x]"


@pytest.mark.parametrize("role", ["worker", "accountant"])
def test_it_is_for_managers_and_admins(
    role: str, request: pytest.FixtureRequest, client_for: ClientFor
) -> None:
    client = client_for(request.getfixturevalue(role))
    assert client.post(URL, upload("Paint the perch")).status_code == 403
    assert client.get(f"/tasks/imports/{uuid4()}/").status_code == 403


def test_the_command_imports_and_reports(worker: User) -> None:
    out = io.StringIO()
    call_command("import_tasks", DATA / "popug_tasks.txt", stdout=out)
    assert "18 tasks created, 6 lines rejected" in out.getvalue()
    assert "line 17: A title can't contain [ or ]. [UBERPOP-] - A key" in out.getvalue()


def test_the_command_needs_again_for_the_same_file(worker: User) -> None:
    call_command("import_tasks", DATA / "popug_tasks.csv", stdout=io.StringIO())
    with pytest.raises(CommandError, match="--again"):
        call_command("import_tasks", DATA / "popug_tasks.csv")
    call_command("import_tasks", DATA / "popug_tasks.csv", again=True, stdout=io.StringIO())


def test_the_command_says_in_a_line_what_is_wrong(worker: User, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be read: No such file"):
        call_command("import_tasks", tmp_path / "none.txt")
    (tmp_path / "empty.txt").touch()
    with pytest.raises(CommandError, match="can't be imported: The file is empty"):
        call_command("import_tasks", tmp_path / "empty.txt")


def test_the_command_needs_somebody_to_assign(manager: User) -> None:
    with pytest.raises(CommandError, match="nobody who could get tasks"):
        call_command("import_tasks", DATA / "popug_tasks.csv")
