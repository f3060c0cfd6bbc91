"""Dead letters in a list: found, replayed, given up and taken back; those ticked, or all that the
filter shows."""

from typing import Any, cast

from django.contrib import messages
from django.db.models import Count, Max, Min
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from access.actor import ADMIN, Actor, ActorRequest
from access.decorators import roles
from access.limits import limited
from access.reauthentication import recently_authenticated
from messaging import operating
from messaging.forms import ChoiceForm, DeadLetterFilter
from messaging.giving_up import UNDO_DAYS
from messaging.idempotency import idempotency_key
from messaging.models import DeadLetter, DeadLetters, ReplayRun
from pages.export import table_response
from pages.paging import keyset

GROUPS = 12
COLUMNS = (
    "public_id",
    "state",
    "consumer",
    "event_name",
    "event_version",
    "event_id",
    "correlation_id",
    "error_group",
    "error",
    "attempts",
    "replays",
    "parked_at",
    "resolved_at",
    "reason",
)
GROUPED_BY = ("error_group", "error_kind", "event_name", "consumer", "event_version")


@require_safe
@roles(ADMIN)
def index(request: HttpRequest) -> HttpResponse:
    form = DeadLetterFilter(request.GET)
    return _index(request, form, ChoiceForm(), status=200 if form.is_valid() else 422)


def _index(
    request: HttpRequest, form: DeadLetterFilter, choice: ChoiceForm, status: int
) -> HttpResponse:
    rows = form.rows()
    state = form.cleaned_data.get("state") or DeadLetter.State.PARKED
    context = {
        "form": form,
        "choice": choice,
        "ticked": set(choice.selected),
        "groups": _groups(rows),
        **rows.order_by().aggregate(count=Count("pk"), newest=Max("pk")),
        "state": state,
        "undo_days": UNDO_DAYS,
        "running": ReplayRun.objects.running(),
        "page": keyset(request, rows.defer("envelope", "traceback"), by=("-id",)),
    }
    return render(request, "events/dead_letters.html", context, status=status)


def _groups(rows: DeadLetters) -> list[Any]:
    grouped = rows.order_by().values(*GROUPED_BY)
    counted = grouped.annotate(count=Count("*"), first=Min("parked_at"), last=Max("parked_at"))
    return list(counted.order_by("-count", *GROUPED_BY)[:GROUPS])


@require_safe
@roles(ADMIN)
@limited("export", method="GET")
def export(request: HttpRequest) -> HttpResponseBase:
    form = DeadLetterFilter(request.GET)
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=422, content_type="text/plain")
    rows = form.rows().order_by("-id").values_list(*COLUMNS).iterator(chunk_size=1000)
    return table_response(request, "dead-letters", columns=COLUMNS, rows=rows)


@require_POST
@roles(ADMIN)
@limited("replay")
@recently_authenticated
def replay_many(request: HttpRequest) -> HttpResponse:
    form, choice = _asked(request)
    if error := _senseless(form, choice):
        return error_page(request, form, choice, error)
    key = idempotency_key(request, _actor(request))
    rows, chosen = choice.chosen(form.rows()), request.GET.urlencode()
    if run := operating.replay(rows, _actor(request).id, chosen=chosen, key=key):
        return redirect("events:replay_run", run.pk)
    messages.info(request, _("None of them is parked any more."))
    return _back_to_list(request)


@require_POST
@roles(ADMIN)
@recently_authenticated
def discard_many(request: HttpRequest) -> HttpResponse:
    form, choice = _asked(request)
    reason = str(choice.data.get("reason", "")).strip()
    if error := _senseless(form, choice) or (not reason and _("Say why.")):
        return error_page(request, form, choice, error, field="" if reason else "reason")
    rows = choice.chosen(form.rows())
    deed = operating.discard(rows, reason, _actor(request).id, _told(request, choice))
    count = deed.count if deed else 0
    text = ngettext("%(count)s letter discarded.", "%(count)s letters discarded.", count)
    messages.success(request, text % {"count": count})
    return _back_to_list(request)


@require_POST
@roles(ADMIN)
def restore_many(request: HttpRequest) -> HttpResponse:
    form, choice = _asked(request)
    if error := _senseless(form, choice):
        return error_page(request, form, choice, error)
    rows = choice.chosen(form.rows())
    deed = operating.restore(rows, _actor(request).id, _told(request, choice))
    count = deed.count if deed else 0
    text = ngettext(
        "%(count)s letter is parked again.", "%(count)s letters are parked again.", count
    )
    messages.success(request, text % {"count": count})
    return _back_to_list(request)


def _asked(request: HttpRequest) -> tuple[DeadLetterFilter, ChoiceForm]:
    form, choice = DeadLetterFilter(request.GET), ChoiceForm(request.POST)
    form.is_valid(), choice.is_valid()
    return form, choice


def _senseless(form: DeadLetterFilter, choice: ChoiceForm) -> str:
    if form.errors:
        return _("The filter makes no sense, so it matches nothing.")
    if choice.errors:
        return _("This can't be done.")
    if not (choice.wants_all or choice.selected):
        return _("Tick the letters first, or choose all that match.")
    return ""


def error_page(
    request: HttpRequest, form: DeadLetterFilter, choice: ChoiceForm, error: str, field: str = ""
) -> HttpResponse:
    """422, with all that was ticked and typed."""
    choice.add_error(field or None, error)
    return _index(request, form, choice, status=422)


def _told(request: HttpRequest, choice: ChoiceForm) -> dict[str, Any]:
    """What goes on record beside the reason."""
    if choice.wants_all:
        return {"chosen": request.GET.urlencode()}
    return {"letters": [str(public_id) for public_id in choice.selected]}


def _back_to_list(request: HttpRequest) -> HttpResponse:
    query = request.GET.copy()
    query.pop("cursor", None)
    return redirect(f"{reverse('events:dead_letters')}?{query.urlencode()}")


def _actor(request: HttpRequest) -> Actor:
    return cast("ActorRequest", request).actor
