"""People: who works here, and one's own profile."""

from django.urls import URLPattern

app_name = "people"
urlpatterns: list[URLPattern] = []
