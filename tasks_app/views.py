"""Pages of tasks: everybody's, one's own, one, a new one."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.actor import ActorRequest
from access.decorators import everyone
from access.limits import limited
from messaging.idempotency import idempotency_key
from pages.export import csv_response
from pages.live import live
from pages.paging import keyset
from tasks_app.forms import FilterForm, TaskForm
from tasks_app.models import Account, NobodyToAssign, Task
from tasks_app.permissions import can_complete, can_shuffle
from tasks_app.runs import ShuffleRun

RECENT = 10
FRESH = timedelta(minutes=2)  # what was completed since asks billing for its reward
HISTORY = 50


@require_safe
@everyone
def list_tasks(request: ActorRequest) -> HttpResponse:
    context = _rows(request)
    if "page" in context and "cursor" not in request.GET:
        context["people"] = context["form"].people
    if can_shuffle(request.actor):
        context |= {
            "can_shuffle": True,
            "stranded": Task.objects.stranded().count(),
            "shuffle": ShuffleRun.objects.running().first(),
        }
    return render(request, "tasks/list.html", context, status=_status(context["form"]))


@require_safe
@everyone
@live
def rows(request: ActorRequest) -> HttpResponse:
    context = _rows(request)
    return render(request, "tasks/_rows.html", context, status=_status(context["form"]))


@require_safe
@everyone
@limited("export", method="GET")
def export(request: ActorRequest) -> HttpResponseBase:
    form = FilterForm(request.GET, request.actor)
    if not form.is_valid():
        return render(request, "tasks/list.html", {"form": form}, status=422)
    tasks = form.rows().order_by(*form.order).iterator(chunk_size=2_000)
    columns = ["id", "jira_id", "title", "status", "assignee", "fee_cents", "reward_cents"]
    columns += ["created_at_utc", "completed_at_utc"]
    return csv_response("tasks.csv", columns=columns, rows=map(_cells, tasks))


@require_safe
@everyone
def mine(request: ActorRequest) -> HttpResponse:
    return render(request, "tasks/mine.html", _mine(request))


@require_safe
@everyone
@live
def mine_rows(request: ActorRequest) -> HttpResponse:
    return render(request, "tasks/_mine.html", _mine(request))


@require_http_methods(["GET", "HEAD", "POST"])
@everyone
@limited("create")
def create(request: ActorRequest) -> HttpResponse:
    form = TaskForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (task := _create(request, form)):
        words = _("“%(task)s” was created and given to %(name)s.")
        messages.success(request, words % {"task": task.title, "name": task.assignee.name})
        return redirect("tasks:task", task.public_id)
    return render(request, "tasks/create.html", {"form": form}, status=_status(form))


@require_safe
@everyone
def task(request: ActorRequest, task_id: UUID) -> HttpResponse:
    return render(request, "tasks/task.html", _task(request, task_id))


@require_safe
@everyone
@live
def facts(request: ActorRequest, task_id: UUID) -> HttpResponse:
    return render(request, "tasks/_facts.html", _task(request, task_id))


@require_POST
@everyone
def complete(request: ActorRequest, task_id: UUID) -> HttpResponse:
    task = get_object_or_404(Task, public_id=task_id)
    try:
        task.complete(request.actor.id)
    except PermissionError:
        return _not_yours(request, task)
    messages.success(request, _("Task completed: “%s”.") % task.title)
    if request.htmx:
        return render(request, "tasks/_task.html", {"task": task, "fresh_since": _fresh_since()})
    return redirect("tasks:task", task_id) if "stay" in request.POST else redirect("tasks:mine")


def _rows(request: ActorRequest) -> dict[str, Any]:
    form = FilterForm(request.GET, request.actor)
    if not form.is_valid():
        return {"form": form}
    page = keyset(request, form.rows(), by=form.order)
    filtered = form.is_narrowed
    return {"form": form, "page": page, "filtered": filtered, "query": request.GET.urlencode()}


def _mine(request: ActorRequest) -> dict[str, Any]:
    tasks = Task.objects.of(request.actor.id)
    return {
        "page": keyset(request, tasks.open(), by=("-id",)),
        "waiting": tasks.open().count(),
        "completed": tasks.completed().order_by("-completed_at")[:RECENT],
        "fresh_since": _fresh_since(),
        "query": request.GET.urlencode(),
    }


def _fresh_since() -> datetime:
    return timezone.now() - FRESH


def _create(request: ActorRequest, form: TaskForm) -> Task | None:
    """None, and said why, when there is nobody for it, or a browser kept the key of a form that was
    sent, and something else was typed into that since."""
    typed = form.cleaned_data
    key = idempotency_key(request, request.actor)
    try:
        task = Task.create(**typed, created_by=request.actor.id, key=key)
    except NobodyToAssign:
        form.add_error(None, _("Nobody could get this task: there is no active employee for it."))
        return None
    if any(getattr(task, name) != value for name, value in typed.items()):
        form.add_error(
            None, _("This form made another task before. Save again if you want this one, too.")
        )
        return None
    return task


def _task(request: ActorRequest, task_id: UUID) -> dict[str, Any]:
    task = get_object_or_404(Task.objects.select_related("assignee"), public_id=task_id)
    return {
        "task": task,
        "creator": task.created_by and Account.objects.filter(pk=task.created_by).first(),
        "history": task.assignments.select_related("account").order_by("-id")[:HISTORY],
        "can_complete": can_complete(request.actor, task),
        "is_mine": task.assignee_id == request.actor.id,
        "fresh_since": _fresh_since(),
        "can_shuffle": can_shuffle(request.actor),
    }


def _not_yours(request: ActorRequest, task: Task) -> HttpResponse:
    if request.htmx:
        messages.error(request, _("This task is not yours: “%s”.") % task.title)
    return render(request, "tasks/not_yours.html", {"task": task}, status=403)


def _cells(task: Task) -> list[Any]:
    return [
        task.public_id,
        task.jira_id,
        task.title,
        task.status,
        task.assignee.name,
        task.fee_cents,
        task.reward_cents,
        task.created_at.isoformat(timespec="seconds"),
        task.completed_at and task.completed_at.isoformat(timespec="seconds"),
    ]


def _status(form: Any) -> int:
    return 422 if form.is_bound and not form.is_valid() else 200
