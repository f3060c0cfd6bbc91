"""The admin's pages of people, and everybody's own profile."""

from collections.abc import Callable
from smtplib import SMTPException
from typing import Any, Final, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import i18n
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.actor import ADMIN, ActorRequest
from access.decorators import everyone, public, roles
from access.limits import limited
from access.reauthentication import recently_authenticated
from auth_app import audit, audit_log, invitations, second_factor
from auth_app.audit import Action
from auth_app.forms import CreateForm, EditForm, FilterForm, ProfileForm, ReasonForm
from auth_app.models import WISHES, LastAdmin, People, User
from auth_app.permissions import can_change_standing
from pages.export import table_response
from pages.paging import keyset

LAST_ADMIN: Final = gettext_lazy("This is the last admin; make somebody else one first.")
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
def export(request: HttpRequest) -> HttpResponseBase:
    columns = ["email", "name", "role", "is_active", "date_joined", "public_id"]
    rows = _chosen(FilterForm(request.GET)).values_list(*columns)
    audit.note(Action.EXPORTED, None, after={"asked": request.GET.urlencode()})
    return table_response(request, "people", columns=columns, rows=rows.iterator())


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
@recently_authenticated
def create(request: HttpRequest) -> HttpResponse:
    form = CreateForm(_posted(request))
    if request.method != "POST":
        return render(request, "people/create.html", {"form": form})
    person = _register(form) if form.is_valid() else None
    if not person:
        return render(request, "people/create.html", {"form": form}, status=422)
    _invite(request, person)
    return redirect("people:edit", person.public_id)


def _register(form: CreateForm) -> User | None:
    """None when somebody took the address after the form was checked."""
    try:
        return User.objects.register(password=None, **form.cleaned_data)
    except IntegrityError:
        form.add_error("email", _("Somebody has this e-mail already."))
        return None


@require_POST
@roles(ADMIN)
@limited("invite")
def invite(request: HttpRequest, public_id: UUID) -> HttpResponse:
    person = get_object_or_404(User, public_id=public_id)
    if invitations.is_open(person):
        _invite(request, person)
    return redirect("people:edit", public_id)


def _invite(request: HttpRequest, person: User) -> None:
    try:
        invitations.invite(person)
    except (OSError, SMTPException):
        messages.error(request, _("The invitation could not be sent. Send it again later."))
    else:
        messages.success(request, _("%(name)s is invited.") % {"name": person.name})


@get_or_post
@roles(ADMIN)
@recently_authenticated
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    person = get_object_or_404(User, public_id=public_id)
    form = EditForm(_posted(request), instance=person, may_change_role=_may(request, person))
    if request.method != "POST":
        return _person_page(request, person, form=form)
    if not (form.is_valid() and _change(person, form)):
        person.refresh_from_db()  # the form has put into it what was typed
        return _person_page(request, person, form=form, status=422)
    messages.success(request, _("Saved."))
    return redirect("people:list")


def _may(request: HttpRequest, person: User) -> bool:
    return can_change_standing(cast("ActorRequest", request).actor, person)


def _person_page(
    request: HttpRequest, person: User, *, status: int = 200, **forms: BaseForm
) -> HttpResponse:
    may = _may(request, person)
    context = {
        "form": EditForm(instance=person, may_change_role=may),
        "reason_form": ReasonForm(auto_id="id_why_%s"),
        "person": person,
        "can_change_standing": may,
        "can_invite": invitations.is_open(person),
        "has_factor": second_factor.enrolled(person),
        "needs_factor": second_factor.required(person),
        "records": audit_log.about(person)[:5],
    }
    return render(request, "people/edit.html", context | forms, status=status)


class Stale(Exception):
    """The page showed an older state of the person."""


def _change(person: User, form: EditForm) -> bool:
    try:
        _change_as_shown(person, **form.cleaned_data)
    except LastAdmin:
        form.add_error("role", LAST_ADMIN)
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
@recently_authenticated
def deactivate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _decide(request, public_id, User.deactivate)


@require_POST
@roles(ADMIN)
@recently_authenticated
def reactivate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _decide(request, public_id, User.reactivate)


@require_POST
@roles(ADMIN)
@recently_authenticated
def reset_second_factor(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _decide(request, public_id, second_factor.reset)


def _decide(
    request: HttpRequest, public_id: UUID, verb: Callable[[User, str], bool]
) -> HttpResponse:
    person = get_object_or_404(User, public_id=public_id)
    if not _may(request, person):
        raise PermissionDenied
    form = ReasonForm(request.POST, auto_id="id_why_%s")
    if not form.is_valid():
        return _person_page(request, person, reason_form=form, status=422)
    try:
        verb(person, form.cleaned_data["reason"])
    except LastAdmin:
        messages.error(request, LAST_ADMIN)
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
    wishes = {name: form.cleaned_data.pop(name) for name in WISHES}
    person.prefer(**wishes)
    person.change(**form.cleaned_data)
    with translation.override(person.language):  # the page that says so is in the new one
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
