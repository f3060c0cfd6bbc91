"""Routes of tasks."""

from django.urls import path

from tasks_app import run_views, views

app_name = "tasks"
urlpatterns = [
    path("", views.list_tasks, name="list"),
    path("rows/", views.rows, name="rows"),
    path("export.csv", views.export, name="export"),
    path("mine/", views.mine, name="mine"),
    path("mine/rows/", views.mine_rows, name="mine_rows"),
    path("new/", views.create, name="create"),
    path("<uuid:task_id>/", views.task, name="task"),
    path("<uuid:task_id>/facts/", views.facts, name="facts"),
    path("<uuid:task_id>/complete/", views.complete, name="complete"),
    path("shuffle/", run_views.shuffle, name="shuffle"),
    path("shuffles/", run_views.shuffles, name="shuffles"),
    path("shuffles/<uuid:run_id>/", run_views.shuffle_run, name="shuffle_run"),
    path("shuffles/<uuid:run_id>/progress/", run_views.shuffle_progress, name="shuffle_progress"),
    path("shuffles/<uuid:run_id>/cancel/", run_views.cancel_shuffle, name="cancel_shuffle"),
    path("import/", run_views.import_tasks, name="import"),
    path("import/<uuid:upload_id>/", run_views.preview, name="preview"),
    path("imports/<uuid:run_id>/", run_views.import_run, name="import_run"),
    path("imports/<uuid:run_id>/progress/", run_views.import_progress, name="import_progress"),
    path("imports/<uuid:run_id>/rejected.csv", run_views.rejected_lines, name="rejected_lines"),
    path("imports/<uuid:run_id>/cancel/", run_views.cancel_import, name="cancel_import"),
]
