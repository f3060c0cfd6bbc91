"""The tracker over the API: twins of the views, with the same verbs and permissions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import File, Form, Query, UploadedFile
from pydantic import Field

from access.actor import ROLES, ActorRequest
from access.rights import Standing
from access.tokens import Claims
from api.bearer import JSON, MULTIPART
from api.calls import Calls
from api.lists import Page, Paged, page_of
from api.problems import Problem, at, invalid, invalid_form, of_parameter
from api.shapes import Given, Shown, Text, one_of
from event_schemas.titles import tidy
from tasks_app import importing, jobs
from tasks_app import shuffle as shuffling
from tasks_app.forms import FilterForm, ImportForm
from tasks_app.models import Account, NobodyToAssign, Task
from tasks_app.permissions import MANAGERS
from tasks_app.runs import ImportRun, Run, ShuffleRun
from tasks_app.titles import description_flaw, key_flaw, title_flaw

Status = Annotated[str, one_of(Run.Status.values)]


def standing_of(claims: Claims) -> Standing | None:
    """None until the event about them has come: nothing beyond a worker's rights till then."""
    row = Account.objects.filter(pk=claims.subject).first()
    return Standing(row.role, row.is_active, row.name, row.version) if row else None


calls = Calls("tasks", standing_of)


class Assignee(Shown):
    id: UUID
    name: str


class TaskShown(Shown):
    id: UUID
    title: str
    jira_id: str | None
    description: str
    status: Annotated[str, one_of(Task.Status.values)]
    assignee: Assignee
    created_at: datetime
    completed_at: datetime | None


class TaskPage(Page[TaskShown]):
    """A page of tasks, newest first."""


class NewTask(Given):
    title: Text = Field(max_length=200, json_schema_extra={"pattern": r"^[^\[\]]+$"})
    jira_id: Text | None = Field(None, max_length=32, examples=["UBERPOP-42"])
    description: Text = Field("", max_length=10_000)


class AskedTasks(Paged):
    status: Literal["", "open", "completed", "stranded"] = ""
    assignee: Text = Field("", description="`me`, or the id of a person")
    q: Text = Field(
        "",
        max_length=200,
        description="words of the title or the Jira key, the beginning of each is enough",
    )


class ShuffleShown(Shown):
    id: UUID
    status: Status
    total: int
    done: int


class ImportStarted(ShuffleShown):
    rejected: int


class Rejected(Shown):
    line: int
    text: str
    reason: str


class ImportShown(ShuffleShown):
    rejected: list[Rejected]


@calls.post(
    "/tasks", roles=ROLES, gives=TaskShown, status=201, takes=JSON, limit="create", once=True
)
def create_task(request: ActorRequest, new: NewTask) -> TaskShown:
    """Create a task; its assignee is drawn (T3)."""
    title, jira_id = tidy(new.title), (new.jira_id or "").strip()
    flaws = {
        "title": title_flaw(title),
        "jira_id": key_flaw(jira_id),
        "description": description_flaw(new.description),
    }
    if errors := [at(name, flaw.label) for name, flaw in flaws.items() if flaw]:
        raise invalid(errors)
    try:
        made = Task.create(
            title=title,
            jira_id=jira_id,
            description=new.description,
            created_by=request.actor.id,
        )
    except NobodyToAssign as error:
        raise Problem("nobody-to-assign") from error
    return _task(made)


@calls.get("/tasks", roles=ROLES, gives=TaskPage, fails=[404])
def list_tasks(request: ActorRequest, asked: Query[AskedTasks]) -> TaskPage:
    """All tasks, newest first (T1)."""
    form = FilterForm(asked.model_dump(include={"status", "assignee", "q"}), request.actor)
    if not form.is_valid():
        raise invalid(of_parameter(name, text[0]) for name, text in form.errors.items())
    found = page_of(request, form.rows(), asked, by=("-created_at", "-id"))
    return TaskPage(items=[_task(row) for row in found.rows], next=found.next)


@calls.post(
    "/tasks/shuffle",
    roles=MANAGERS,
    gives=ShuffleShown,
    status=202,
    limit="shuffle",
    once=True,
)
def shuffle_tasks(request: ActorRequest) -> ShuffleShown:
    """Draw an assignee anew for every open task (T4), or give the shuffle that runs."""
    try:
        run = shuffling.start(request.actor.id)
    except NobodyToAssign as error:
        raise Problem("nobody-to-assign") from error
    jobs.soon(jobs.shuffle, run.pk)
    return _run(run)


@calls.get("/tasks/shuffles/{uuid:run_id}", roles=MANAGERS, gives=ShuffleShown, fails=[404])
def shuffle_run(request: ActorRequest, run_id: UUID) -> ShuffleShown:
    """How far a shuffle is."""
    return _run(get_object_or_404(ShuffleRun, pk=run_id))


@calls.post(
    "/tasks/import",
    roles=MANAGERS,
    gives=ImportStarted,
    status=202,
    takes=MULTIPART,
    limit="import",
    once=True,
)
def import_tasks(
    request: ActorRequest, file: File[UploadedFile], again: Form[bool] = False
) -> ImportStarted:
    """Make a task of each line of a file: text, or CSV with title, jira_id, description. A file
    that was imported before is refused unless `again`."""
    form = ImportForm({"again": again}, request.FILES)
    if not form.is_valid():
        raise invalid_form(form)
    try:
        run = importing.start(form.cleaned_data["file"], request.actor.id, again=again)
    except NobodyToAssign as error:
        raise Problem("nobody-to-assign") from error
    except importing.AlreadyImported as error:
        raise Problem("already-imported", id=str(error.run.pk)) from error
    jobs.soon(jobs.import_tasks, run.pk)
    return ImportStarted(**_run(run).model_dump(), rejected=run.rejected)


@calls.get("/tasks/imports/{uuid:run_id}", roles=MANAGERS, gives=ImportShown, fails=[404])
def import_run(request: ActorRequest, run_id: UUID) -> ImportShown:
    """How far an import is, and which lines are no tasks."""
    run = get_object_or_404(ImportRun.objects.defer("content"), pk=run_id)
    lines = [
        Rejected(line=line.number, text=line.text, reason=str(line.get_reason_display()))
        for line in run.rejected_lines.all()
    ]
    return ImportShown(**_run(run).model_dump(), rejected=lines)


@calls.get("/tasks/{uuid:task_id}", roles=ROLES, gives=TaskShown, fails=[404])
def task(request: ActorRequest, task_id: UUID) -> TaskShown:
    """Anybody's task (T1)."""
    return _task(_found(task_id))


@calls.post("/tasks/{uuid:task_id}/complete", roles=ROLES, gives=TaskShown, fails=[404], once=True)
def complete_task(request: ActorRequest, task_id: UUID) -> TaskShown:
    """Complete one's own task (T5); again changes nothing."""
    found = _found(task_id)
    try:
        found.complete(request.actor.id)
    except PermissionError as error:
        raise Problem("not-yours") from error
    return _task(_found(task_id))


def _found(task_id: UUID) -> Task:
    rows: QuerySet[Task] = Task.objects.select_related("assignee")
    if found := rows.filter(public_id=task_id).first():
        return found
    raise Http404


def _task(task: Task) -> TaskShown:
    return TaskShown(
        id=task.public_id,
        title=task.title,
        jira_id=task.jira_id or None,
        description=task.description,
        status=task.status,
        assignee=Assignee(id=task.assignee_id, name=task.assignee.name),
        created_at=task.created_at,
        completed_at=task.completed_at,
    )


def _run(run: ShuffleRun | ImportRun) -> ShuffleShown:
    return ShuffleShown(id=run.pk, status=run.status, total=run.total, done=run.done)
