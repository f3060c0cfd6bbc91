"""The operator's pages: event log, dead letters, health, kept mail."""

from django.urls import URLPattern

app_name = "events"
urlpatterns: list[URLPattern] = []
