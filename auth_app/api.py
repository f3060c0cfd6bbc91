"""People over the API, and oneself: twins of the views, with the same verbs and permissions."""

import logging
from smtplib import SMTPException
from typing import Annotated, Any, Literal
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field

from access.actor import ADMIN, ROLES, ActorRequest
from api.bearer import JSON
from api.lists import Page, Paged, page_of
from api.problems import Problem, at, invalid, invalid_form
from api.shapes import Given, Role, Shown, Text, one_of
from auth_app import invitations
from auth_app.forms import CreateForm
from auth_app.models import LastAdmin, OwnStanding, User
from auth_app.names import validate_name
from auth_app.permissions import can_change_standing
from auth_app.token_api import calls

__all__ = ["calls"]

log = logging.getLogger("ates.auth")


class PersonShown(Shown):
    id: UUID
    email: str
    name: str
    role: Annotated[str, one_of(ROLES)]
    is_active: bool


class PersonPage(Page[PersonShown]):
    """A page of people, by name."""


class AskedPeople(Paged):
    q: Text = Field(
        "",
        max_length=200,
        description="words of a name or an e-mail address, the beginning of each is enough",
    )
    role: Literal["", "worker", "manager", "accountant", "admin"] = ""
    is_active: bool | None = None


class NewPerson(Given):
    """Without a password a letter invites them to choose one."""

    email: Text = Field(max_length=254)
    name: Text = Field(min_length=1, max_length=150)
    role: Role = "worker"
    language: Literal["en", "ru"] = "en"
    password: Text | None = Field(None, max_length=200)


class Change(Given):
    """What is not named stays as it is."""

    name: Text | None = Field(None, min_length=1, max_length=150)
    role: Role | None = None
    is_active: bool | None = None
    reason: Text = Field("", max_length=500)


@calls.get("/me", roles=ROLES, gives=PersonShown)
def me(request: ActorRequest) -> PersonShown:
    """Who asks, as auth knows them now."""
    return _person(get_object_or_404(User, public_id=request.actor.id))


@calls.get("/people", roles=(ADMIN,), gives=PersonPage, fails=[404])
def people(request: ActorRequest, asked: Query[AskedPeople]) -> PersonPage:
    """Who works here or did, by name."""
    rows = User.objects.get_queryset()
    if asked.q:
        rows = rows.matching(asked.q)
    if asked.role:
        rows = rows.in_role(asked.role)
    if asked.is_active is not None:
        rows = rows.active() if asked.is_active else rows.inactive()
    found = page_of(request, rows, asked, by=("name", "id"))
    return PersonPage(items=[_person(row) for row in found.rows], next=found.next)


@calls.post(
    "/people",
    roles=(ADMIN,),
    gives=PersonShown,
    status=201,
    takes=JSON,
    limit="invite",
    once=True,
    recent=True,
)
def create_person(request: ActorRequest, new: NewPerson) -> PersonShown:
    """Take somebody on; every service hears of them (I1)."""
    form = CreateForm(new.model_dump())
    if not form.is_valid():
        raise invalid_form(form)
    _refuse_weak(new.password, form.instance)
    try:
        with transaction.atomic():
            person = User.objects.register(password=new.password, **form.cleaned_data)
            if new.password:
                person.vouch_for_email()
    except IntegrityError as error:
        raise invalid([at("email", _("Somebody has this e-mail already."))]) from error
    if not new.password:
        transaction.on_commit(lambda: _invite(person))
    return _person(person)


@calls.patch(
    "/people/{uuid:person_id}",
    roles=(ADMIN,),
    gives=PersonShown,
    takes=JSON,
    fails=[404, 409],
    recent=True,
)
def change_person(request: ActorRequest, person_id: UUID, change: Change) -> PersonShown:
    """Name, role, employment; another role or standing ends their sign-ins everywhere (I1)."""
    person = get_object_or_404(User, public_id=person_id)
    fields: dict[str, Any] = change.model_dump(exclude_none=True, exclude={"reason"})
    _refuse_unfit(change.name or "")
    if fields.keys() & {"role", "is_active"} and not can_change_standing(request.actor, person):
        raise Problem("own-standing")
    try:
        person.change(change.reason, **fields)
    except OwnStanding as error:
        raise Problem("own-standing") from error
    except LastAdmin as error:
        raise Problem("last-admin") from error
    return _person(person)


def _refuse_weak(password: str | None, person: User) -> None:
    if password is None:
        return
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise invalid(at("password", message) for message in error.messages) from error


def _refuse_unfit(name: str) -> None:
    try:
        validate_name(name)
    except ValidationError as error:
        raise invalid(at("name", message) for message in error.messages) from error


def _invite(person: User) -> None:
    """A letter that can't be sent keeps nobody from being taken on: the page sends another."""
    try:
        invitations.invite(person)
    except (OSError, SMTPException):
        log.exception("the invitation of %s could not be sent", person.public_id)


def _person(user: User) -> PersonShown:
    return PersonShown(
        id=user.public_id,
        email=user.email,
        name=user.name,
        role=user.role,
        is_active=user.is_active,
    )
