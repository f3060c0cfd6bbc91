"""The admin's pages of people, and everybody's own profile."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views import i18n
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.actor import ADMIN, ActorRequest
from access.decorators import everyone, public, roles
from access.limits import limited
from auth_app.forms import CreateForm, EditForm, FilterForm, ProfileForm
from auth_app.models import LastAdmin, People, User
from auth_app.permissions import can_change_standing
from pages.export import csv_response
from pages.paging import keyset

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@roles(ADMIN)
def people(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    page = keyset(request, _chosen(form), by=("name", "id"))
    return render(request, "people/list.html", {"form": form, "page": page})


@require_safe
@roles(ADMIN)
@limited("export", method="GET")
def export(request: HttpRequest) -> StreamingHttpResponse:
    columns = ["email", "name", "role", "is_active", "date_joined", "public_id"]
    rows = _chosen(FilterForm(request.GET)).values_list(*columns)
    return csv_response("people.csv", columns=columns, rows=rows.iterator())


def _chosen(form: FilterForm) -> People:
    """The people whom the filters of the URL leave."""
    form.is_valid()
    chosen, rows = form.cleaned_data, User.objects.get_queryset()
    if words := chosen.get("q"):
        rows = rows.matching(words)
    if role := chosen.get("role"):
        rows = rows.in_role(role)
    if status := chosen.get("status"):
        rows = rows.active() if status == "active" else rows.inactive()
    return rows


@get_or_post
@roles(ADMIN)
@limited("invite")
def create(request: HttpRequest) -> HttpResponse:
    form = CreateForm(_posted(request))
    if request.method != "POST":
        return render(request, "people/create.html", {"form": form})
    person = _register(form) if form.is_valid() else None
    if not person:
        return render(request, "people/create.html", {"form": form}, status=422)
    messages.success(request, _("%(name)s is on board.") % {"name": person.name})
    return redirect("people:list")


def _register(form: CreateForm) -> User | None:
    """None when somebody took the address after the form was checked."""
    try:
        with transaction.atomic():
            person = User.objects.register(**form.cleaned_data)
            person.vouch_for_email()
    except IntegrityError:
        form.add_error("email", _("Somebody has this e-mail already."))
        return None
    return person


@get_or_post
@roles(ADMIN)
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    person = get_object_or_404(User, public_id=public_id)
    allowed = can_change_standing(cast("ActorRequest", request).actor, person)
    form = EditForm(_posted(request), instance=person, may_change_role=allowed)
    page = {"form": form, "person": person, "can_change_standing": allowed}
    if request.method != "POST":
        return render(request, "people/edit.html", page)
    if not (form.is_valid() and _change(person, form)):
        return render(request, "people/edit.html", page, status=422)
    messages.success(request, _("Saved."))
    return redirect("people:list")


class Stale(Exception):
    """The page showed an older state of the person."""


def _change(person: User, form: EditForm) -> bool:
    try:
        _change_as_shown(person, **form.cleaned_data)
    except LastAdmin:
        form.add_error("role", _("This is the last admin; make somebody else one first."))
        return False
    except Stale:
        _show_newer(person, form)
        return False
    return True


@transaction.atomic
def _change_as_shown(person: User, version: int | None, **fields: str) -> None:
    """Compares afterwards, when the change has locked the row and read it anew."""
    if person.change(**fields) and person.version - 1 != version:
        raise Stale


def _show_newer(person: User, form: EditForm) -> None:
    person.refresh_from_db()
    form.show_again(person.version)
    now = {"name": person.name, "role": person.get_role_display()}
    form.add_error(
        None,
        _(
            "Somebody changed this person meanwhile: now “%(name)s”, %(role)s."
            " Save again if yours is right."
        )
        % now,
    )


@require_POST
@roles(ADMIN)
def deactivate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _change_standing(request, public_id, User.deactivate)


@require_POST
@roles(ADMIN)
def reactivate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _change_standing(request, public_id, User.reactivate)


def _change_standing(
    request: HttpRequest, public_id: UUID, verb: Callable[[User], bool]
) -> HttpResponse:
    person = get_object_or_404(User, public_id=public_id)
    if not can_change_standing(cast("ActorRequest", request).actor, person):
        raise PermissionDenied
    try:
        verb(person)
    except LastAdmin:
        messages.error(request, _("This is the last admin; make somebody else one first."))
    else:
        messages.success(request, _("Saved."))
    return redirect("people:edit", public_id)


@get_or_post
@everyone
def me(request: HttpRequest) -> HttpResponse:
    person = cast("User", request.user)
    form = ProfileForm(_posted(request), instance=person)
    if request.method != "POST":
        return render(request, "people/me.html", {"form": form})
    if not form.is_valid():
        return render(request, "people/me.html", {"form": form}, status=422)
    person.set_theme(form.cleaned_data.pop("theme"))
    person.change(**form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("people:me")


@require_POST
@public
def set_language(request: HttpRequest) -> Any:
    """Whoever is signed in is known by it from now on: mail comes in that language too."""
    language = request.POST.get("language")
    if request.user.is_authenticated and language in User.Language.values:
        request.user.change(language=language)
    return i18n.set_language(request)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None
