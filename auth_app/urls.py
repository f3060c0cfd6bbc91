"""People: who works here, and one's own profile."""

from django.urls import path

from auth_app import audit_views, own_views, views

app_name = "people"
urlpatterns = [
    path("", views.people, name="list"),
    path("me/", views.me, name="me"),
    path("me/sessions/<int:pk>/end/", own_views.end_session, name="end_session"),
    path("me/sign-ins/<uuid:sign_in_id>/end/", own_views.end_sign_in, name="end_sign_in"),
    path("new/", views.create, name="create"),
    path("export/", views.export, name="export"),
    path("audit/", audit_views.log, name="audit"),
    path("invitations/<str:token>/", own_views.accept, name="accept"),
    path("<uuid:public_id>/", views.edit, name="edit"),
    path("<uuid:public_id>/invite/", views.invite, name="invite"),
    path("<uuid:public_id>/deactivate/", views.deactivate, name="deactivate"),
    path("<uuid:public_id>/reactivate/", views.reactivate, name="reactivate"),
    path(
        "<uuid:public_id>/reset-second-factor/",
        views.reset_second_factor,
        name="reset_second_factor",
    ),
]
