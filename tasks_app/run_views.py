"""Pages of long work: shuffles and imports, from the button to what came of them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Avg, OuterRef, QuerySet, Subquery
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.actor import ActorRequest
from access.decorators import roles
from access.limits import limited
from messaging.idempotency import idempotency_key
from pages.export import csv_response
from pages.live import live
from pages.paging import keyset
from tasks_app import importing, jobs, previewing
from tasks_app import shuffle as shuffling
from tasks_app.forms import ImportForm, SeenForm
from tasks_app.models import Account, NobodyToAssign, Task
from tasks_app.permissions import MANAGERS
from tasks_app.runs import ImportRun, RejectedLine, ShuffleRun, Upload

PRICED = 1_000  # of the open tasks; an average of a hundred thousand says no more


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*MANAGERS)
@limited("shuffle")
def shuffle(request: ActorRequest) -> HttpResponse:
    """GET asks, with what it will cost; POST does it."""
    if request.method == "POST":
        return _start_shuffle(request)
    if run := ShuffleRun.objects.running().first():
        return redirect("tasks:shuffle_run", run.pk)
    return render(request, "tasks/shuffle.html", _stakes())


@require_safe
@roles(*MANAGERS)
def shuffles(request: ActorRequest) -> HttpResponse:
    page = keyset(request, _with_starter(ShuffleRun.objects.all()), by=("-id",))
    return render(request, "tasks/shuffles.html", {"page": page})


@require_safe
@roles(*MANAGERS)
def shuffle_run(request: ActorRequest, run_id: UUID) -> HttpResponse:
    return render(request, "tasks/shuffle_run.html", _shuffle(run_id))


@require_safe
@roles(*MANAGERS)
@live
def shuffle_progress(request: ActorRequest, run_id: UUID) -> HttpResponse:
    return render(request, "tasks/_shuffle_progress.html", _shuffle(run_id))


@require_POST
@roles(*MANAGERS)
def cancel_shuffle(request: ActorRequest, run_id: UUID) -> HttpResponse:
    get_object_or_404(ShuffleRun, pk=run_id).cancel()
    return redirect("tasks:shuffle_run", run_id)


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*MANAGERS)
@limited("import")
def import_tasks(request: ActorRequest) -> HttpResponse:
    """POST imports at once, or shows first what would come of it (`look`)."""
    uploaded = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if uploaded else ImportForm()
    context: dict[str, Any] = {"form": form}
    if form.is_valid() and "look" in request.POST:
        upload = previewing.look(form.cleaned_data["file"], request.actor.id)
        return redirect("tasks:preview", upload.pk)
    if form.is_valid() and (run := _start_import(request, form, context)):
        return redirect("tasks:import_run", run.pk)
    imports = ImportRun.objects.defer("content")
    context["page"] = keyset(request, _with_starter(imports), by=("-id",), size=20)
    return render(request, "tasks/import.html", context, status=422 if uploaded else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@roles(*MANAGERS)
@limited("import")
def preview(request: ActorRequest, upload_id: UUID) -> HttpResponse:
    """GET shows what a file would bring, to whoever uploaded it; POST imports it."""
    if run := previewing.started(upload_id):
        return redirect("tasks:import_run", run.pk)
    upload = get_object_or_404(Upload, pk=upload_id, uploaded_by=request.actor.id)
    context = {"upload": upload, "found": previewing.shown(upload.findings)}
    context["earlier"] = previewing.earlier(upload)
    context["eligible"] = Account.objects.eligible().count()
    if request.method != "POST":
        return render(request, "tasks/preview.html", context)
    try:
        run = previewing.start(upload, SeenForm(request.POST).seen_run())
    except (NobodyToAssign, importing.AlreadyImported):
        context["earlier"] = previewing.earlier(upload)
        return render(request, "tasks/preview.html", context, status=422)
    return redirect("tasks:import_run", run.pk)


@require_safe
@roles(*MANAGERS)
def import_run(request: ActorRequest, run_id: UUID) -> HttpResponse:
    return render(request, "tasks/import_run.html", _import(request, run_id))


@require_safe
@roles(*MANAGERS)
@live
def import_progress(request: ActorRequest, run_id: UUID) -> HttpResponse:
    return render(request, "tasks/_import_progress.html", _import(request, run_id))


@require_safe
@roles(*MANAGERS)
@limited("export", method="GET")
def rejected_lines(request: ActorRequest, run_id: UUID) -> HttpResponseBase:
    run = get_object_or_404(ImportRun.objects.defer("content"), pk=run_id)
    lines = run.rejected_lines.all().iterator()
    rows = ((line.number, line.get_reason_display(), line.text) for line in lines)
    return csv_response("rejected-lines.csv", columns=["line", "reason", "text"], rows=rows)


@require_POST
@roles(*MANAGERS)
def cancel_import(request: ActorRequest, run_id: UUID) -> HttpResponse:
    get_object_or_404(ImportRun.objects.defer("content"), pk=run_id).cancel()
    return redirect("tasks:import_run", run_id)


def _start_shuffle(request: ActorRequest) -> HttpResponse:
    try:
        run = shuffling.start(request.actor.id, idempotency_key(request, request.actor))
    except NobodyToAssign:
        return render(request, "tasks/shuffle.html", _stakes(), status=422)
    jobs.soon(jobs.shuffle, run.pk)
    return redirect("tasks:shuffle_run", run.pk)


def _stakes() -> dict[str, Any]:
    """What a shuffle would do, in numbers."""
    tasks = Task.objects.open()
    total, eligible = tasks.count(), Account.objects.eligible().count()
    found = tasks.order_by("-pk")[:PRICED].aggregate(average=Avg("fee_cents"))["average"]
    fee = round(found) if found else None
    return {
        "tasks": total,
        "eligible": eligible,
        "each": total / eligible if eligible else 0,
        "fee": fee,
        "charges": fee and fee * total,
        "cost_each": fee and eligible and round(fee * total / eligible),
        "stranded": Task.objects.stranded().count(),
    }


def _shuffle(run_id: UUID) -> dict[str, Any]:
    run = get_object_or_404(_with_starter(ShuffleRun.objects.all()), pk=run_id)
    if run.is_running:
        return {"run": run}
    shares = run.shares or shuffling.shares(run)  # a shuffle that did not finish has not counted
    people = Account.objects.in_bulk([UUID(account_id) for account_id, _ in shares])
    return {
        "run": run,
        "left": run.total - run.drawn,
        "shares": [(people[UUID(account_id)], tasks) for account_id, tasks in shares],
        "most": shuffling.SHARES if len(shares) == shuffling.SHARES else None,
    }


def _start_import(
    request: ActorRequest, form: ImportForm, context: dict[str, Any]
) -> ImportRun | None:
    key = idempotency_key(request, request.actor)
    file, again = form.cleaned_data["file"], form.cleaned_data["again"]
    try:
        run = importing.start(file, request.actor.id, key, again=again)
    except NobodyToAssign:
        form.add_error(
            None, _("Nobody could get these tasks: there is no active employee for them.")
        )
        return None
    except importing.AlreadyImported as error:
        form.add_error("file", _("This file has been imported already."))
        context["imported"] = error.run
        return None
    jobs.soon(jobs.import_tasks, run.pk)
    messages.info(request, _("The import of %s has begun.") % run.filename)
    return run


def _import(request: ActorRequest, run_id: UUID) -> dict[str, Any]:
    run = get_object_or_404(_with_starter(ImportRun.objects.defer("content")), pk=run_id)
    rejected = RejectedLine.objects.filter(run=run)
    return {
        "run": run,
        "page": keyset(request, rejected, by=("number",)),
        "query": request.GET.urlencode(),
    }


def _with_starter(runs: QuerySet[Any]) -> QuerySet[Any]:
    name = Account.objects.filter(pk=OuterRef("started_by")).values("name")
    named: QuerySet[Any] = runs.annotate(starter=Subquery(name))
    return named
