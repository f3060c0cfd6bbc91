"""The operator's pages: event log, catalogue, dead letters, replays, health, audit log, mail."""

from django.urls import path

from messaging import (
    catalogue_views,
    dead_letter_views,
    deed_views,
    health_views,
    letter_views,
    replay_views,
    version_views,
    views,
)

app_name = "events"
urlpatterns = [
    path("", views.log, name="log"),
    path("export/", views.log_export, name="log_export"),
    path("<uuid:event_id>/", views.event, name="event"),
    path("dead-letters/", dead_letter_views.index, name="dead_letters"),
    path("dead-letters/export/", dead_letter_views.export, name="dead_letters_export"),
    path("dead-letters/replay/", dead_letter_views.replay_many, name="replay_many"),
    path("dead-letters/discard/", dead_letter_views.discard_many, name="discard_many"),
    path("dead-letters/restore/", dead_letter_views.restore_many, name="restore_many"),
    path("dead-letters/<uuid:public_id>/", letter_views.dead_letter, name="dead_letter"),
    path("dead-letters/<uuid:public_id>/state/", letter_views.state, name="dead_letter_state"),
    path("dead-letters/<uuid:public_id>/replay/", letter_views.replay, name="replay"),
    path("dead-letters/<uuid:public_id>/discard/", letter_views.discard, name="discard"),
    path("dead-letters/<uuid:public_id>/restore/", letter_views.restore, name="restore"),
    path(
        "dead-letters/<uuid:public_id>/try/",
        letter_views.try_without_effect,
        name="try_without_effect",
    ),
    path("dead-letters/<uuid:public_id>/dry-run/", letter_views.dry_run, name="dry_run"),
    path("replays/", replay_views.runs, name="replays"),
    path("replays/<uuid:run_id>/", replay_views.run, name="replay_run"),
    path("replays/<uuid:run_id>/progress/", replay_views.progress, name="replay_progress"),
    path("replays/<uuid:run_id>/pause/", replay_views.pause, name="pause_replay"),
    path("replays/<uuid:run_id>/go-on/", replay_views.go_on, name="go_on_with_replay"),
    path("replays/<uuid:run_id>/cancel/", replay_views.cancel, name="cancel_replay"),
    path("health/", health_views.system_health, name="health"),
    path("health/figures/", health_views.figures, name="figures"),
    path("health/broker/", health_views.broker_figures, name="broker"),
    path("health/pause/", health_views.pause, name="pause_consumer"),
    path("health/<str:consumer>/resume/", health_views.resume, name="resume_consumer"),
    path("catalogue/", catalogue_views.catalogue, name="catalogue"),
    path("catalogue/asyncapi.json", catalogue_views.asyncapi_document, name="asyncapi"),
    path("catalogue/<str:name>/", catalogue_views.catalogue_event, name="catalogue_event"),
    path(
        "catalogue/<str:name>/figures/",
        catalogue_views.catalogue_figures,
        name="catalogue_figures",
    ),
    path("versions/", version_views.versions, name="versions"),
    path("audit/", deed_views.deeds, name="audit"),
    path("audit/export/", deed_views.deeds_export, name="audit_export"),
    path("mail/", views.mails, name="mail"),
    path("mail/<uuid:name>/", views.mail, name="mail_message"),
]
