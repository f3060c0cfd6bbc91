"""What people do about their own account, beside allauth's pages: accept, and end their sessions:
those of browsers, and sign-ins through the API."""

from typing import Any, cast
from uuid import UUID

from allauth.account.utils import perform_login
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from access.decorators import everyone, public
from auth_app import invitations
from auth_app.browsers import described
from auth_app.forms import InvitationForm
from auth_app.invitations import Worthless
from auth_app.models import User
from auth_app.refresh import TokenFamily, end_refresh_families


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public
@sensitive_post_parameters("password")
def accept(request: HttpRequest, token: str) -> Any:
    """Choose a password by the link of an invitation; whoever has done so is signed in."""
    try:
        person = invitations.invited(token)
        posted = request.POST if request.method == "POST" else None
        form = InvitationForm(posted, person=person)
        if form.is_valid():
            person = invitations.accept(token, form.cleaned_data["password"])
            return perform_login(request, person)
    except Worthless:
        return render(request, "people/worthless.html", status=410)
    status = 422 if request.method == "POST" else 200
    return render(request, "people/accept.html", {"form": form, "person": person}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@everyone
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in; sent, all others end."""
    person = cast("User", request.user)
    if request.method == "POST":
        end_other_sessions(request, person)
        end_refresh_families(person, TokenFamily.Why.SIGNED_OUT)
        messages.success(request, _("All others are ended."))
        return redirect("usersessions_list")
    listed = sorted(UserSession.objects.purge_and_list(person), key=lambda one: one.created_at)
    context = {
        "sessions": [{"session": one, "browser": described(one.user_agent)} for one in listed],
        "sign_ins": TokenFamily.objects.alive().filter(user=person).with_use().order_by("born_at"),
    }
    return render(request, "usersessions/usersession_list.html", context)


@require_POST
@everyone
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions, wherever it is."""
    get_object_or_404(UserSession, pk=pk, user=request.user).end()
    messages.success(request, _("The session is ended."))
    return redirect("usersessions_list")


@require_POST
@everyone
def end_sign_in(request: HttpRequest, sign_in_id: UUID) -> HttpResponse:
    """End one of one's own sign-ins through the API; done twice, it stays done."""
    own = TokenFamily.objects.filter(pk=sign_in_id, user=cast("User", request.user))
    if not own.exists():
        raise Http404
    own.end(TokenFamily.Why.SIGNED_OUT)
    messages.success(request, _("The session is ended."))
    return redirect("usersessions_list")
