"""A route whose view forgot to say who may use it."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import urlpatterns as known


def silent(request: HttpRequest) -> HttpResponse:
    return HttpResponse("secret")


urlpatterns = [*known, path("silent/", silent)]
