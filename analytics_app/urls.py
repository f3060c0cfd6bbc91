"""Routes of analytics."""

from django.urls import path

from analytics_app import views

app_name = "analytics"
urlpatterns = [
    path("", views.summary, name="summary"),
    path("figures/", views.figures, name="figures"),
    path("rebuilding/", views.rebuilding, name="rebuilding"),
    path("export/", views.export, name="export"),
    path("team/", views.team_overview, name="team"),
    path("team/export/", views.export_team, name="export_team"),
    path("in-the-red/", views.in_the_red, name="in_the_red"),
    path("in-the-red/export/", views.export_in_the_red, name="export_in_the_red"),
]
