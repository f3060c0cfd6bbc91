"""People: who works here, and one's own profile."""

from django.urls import path

from auth_app import views

app_name = "people"
urlpatterns = [
    path("", views.people, name="list"),
    path("me/", views.me, name="me"),
    path("new/", views.create, name="create"),
    path("export/", views.export, name="export"),
    path("<uuid:public_id>/", views.edit, name="edit"),
    path("<uuid:public_id>/deactivate/", views.deactivate, name="deactivate"),
    path("<uuid:public_id>/reactivate/", views.reactivate, name="reactivate"),
]
