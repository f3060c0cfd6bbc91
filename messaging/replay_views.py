"""Replays that go on in the background: seen by every admin, paused, continued, cancelled."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from access import people
from access.actor import ADMIN, ActorRequest
from access.decorators import roles
from access.limits import limited
from messaging import operating, replay_runs
from messaging.models import ReplayItem, ReplayRun
from pages.live import live
from pages.paging import keyset

FAILURES = 20
NOBODY = UUID(int=0)


@require_safe
@roles(ADMIN)
def runs(request: HttpRequest) -> HttpResponse:
    page = keyset(request, ReplayRun.objects.all(), by=("-id",))
    names = people.names(run.started_by for run in page.items)
    rows = [{"run": run, "name": names.get(run.started_by or NOBODY, "")} for run in page.items]
    return render(request, "events/replays.html", {"page": page, "rows": rows})


@require_safe
@roles(ADMIN)
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    return render(request, "events/replay_run.html", _run(run_id))


@require_safe
@roles(ADMIN)
@live
def progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    return render(request, "events/_replay_progress.html", _run(run_id))


@require_POST
@roles(ADMIN)
def pause(request: HttpRequest, run_id: UUID) -> HttpResponse:
    get_object_or_404(ReplayRun, pk=run_id)
    replay_runs.pause(run_id, cast("ActorRequest", request).actor.id)
    return redirect("events:replay_run", run_id)


@require_POST
@roles(ADMIN)
@limited("replay")
def go_on(request: HttpRequest, run_id: UUID) -> HttpResponse:
    get_object_or_404(ReplayRun, pk=run_id)
    operating.go_on(run_id, cast("ActorRequest", request).actor.id)
    return redirect("events:replay_run", run_id)


@require_POST
@roles(ADMIN)
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    get_object_or_404(ReplayRun, pk=run_id)
    replay_runs.cancel(run_id, cast("ActorRequest", request).actor.id)
    return redirect("events:replay_run", run_id)


def _run(run_id: UUID) -> dict[str, Any]:
    found = get_object_or_404(ReplayRun, pk=run_id)
    failures = found.items.filter(outcome=ReplayItem.Outcome.FAILED).select_related("letter")
    return {
        "run": found,
        "starter": people.names([found.started_by]).get(found.started_by or NOBODY, ""),
        "failures": failures.defer("letter__envelope", "letter__traceback").order_by("-place")[
            :FAILURES
        ],
        "left": found.total - found.done,
    }
