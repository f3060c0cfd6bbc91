"""Where a person lands, and what a load balancer asks."""

from typing import cast

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from access.actor import ACCOUNTANT, ADMIN, MANAGER, ActorRequest
from access.decorators import everyone, public
from config.celery import app

HOMES = {MANAGER: "tasks:list", ACCOUNTANT: "billing:days", ADMIN: "analytics:summary"}
OWN_PROFILE = "people:me"


@require_safe
@everyone
def home(request: HttpRequest) -> HttpResponse:
    """By role; where the service of that page is installed elsewhere, one's own profile."""
    page = HOMES.get(cast("ActorRequest", request).actor.role, "tasks:mine")
    installed = page.partition(":")[0] in settings.SERVICES
    return redirect(page if installed else OWN_PROFILE)


@require_safe
@public
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Database and broker answer too."""
    answers = {"database": _database_answers(), "broker": _broker_answers()}
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker_answers() -> bool:
    try:
        with app.connection_for_write(transport_options={"socket_timeout": 1}) as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
    except (OperationalError, OSError):
        return False
    return True
