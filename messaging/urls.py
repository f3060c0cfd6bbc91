"""The operator's pages: event log, dead letters, health, kept mail."""

from django.urls import path

from messaging import dead_letter_views, version_views, views

app_name = "events"
urlpatterns = [
    path("", views.log, name="log"),
    path("<uuid:event_id>/", views.event, name="event"),
    path("dead-letters/", dead_letter_views.index, name="dead_letters"),
    path("dead-letters/replay/", dead_letter_views.replay_all, name="replay_all"),
    path("dead-letters/discard/", dead_letter_views.discard_all, name="discard_all"),
    path("dead-letters/<uuid:public_id>/", dead_letter_views.dead_letter, name="dead_letter"),
    path("dead-letters/<uuid:public_id>/state/", dead_letter_views.state, name="dead_letter_state"),
    path("dead-letters/<uuid:public_id>/replay/", dead_letter_views.replay, name="replay"),
    path("dead-letters/<uuid:public_id>/discard/", dead_letter_views.discard, name="discard"),
    path("health/", views.system_health, name="health"),
    path("health/figures/", views.figures, name="figures"),
    path("versions/", version_views.versions, name="versions"),
    path("mail/", views.mails, name="mail"),
    path("mail/<uuid:name>/", views.mail, name="mail_message"),
]
