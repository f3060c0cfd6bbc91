"""The API's description of itself, for programs and for people."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from access.decorators import public
from api.document import complete
from api.reading import chapters, problems, with_code
from config.api import api


@cache
def document() -> dict[str, Any]:
    return complete(api.get_openapi_schema(path_prefix=""))


@require_safe
@public
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return JsonResponse(document(), json_dumps_params={"indent": 1, "ensure_ascii": False})


@require_safe
@public
def docs(request: HttpRequest) -> HttpResponse:
    """The same, to be read by people; scripts of others are not needed for that."""
    found = {
        "introduction": with_code(api.description),
        "chapters": chapters(document()),
        "problems": problems(),
        "address": settings.BASE_URL,
    }
    return render(request, "api/docs.html", found)
