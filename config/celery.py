"""The Celery application. Workers: `celery -A config worker -Q <queues>`."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun, worker_process_init
from django.db import close_old_connections, connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("ates")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
app.autodiscover_tasks(related_name="operator_jobs")
app.steps["worker"].add("messaging.watchdog.Watchdog")


@task_prerun.connect
def drop_dead_connections(**_: Any) -> None:
    """Connections are reused between jobs, so one that the server cut must be noticed first."""
    close_old_connections()


@worker_process_init.connect
def forget_inherited_connections(**_: Any) -> None:
    """A forked pool process must not share its parent's sockets."""
    for connection in connections.all(initialized_only=True):
        connection.inc_thread_sharing()
        connection.connection = None


@task_prerun.connect
def stamp_the_queue(task: Any, **_: Any) -> None:
    """Whatever a worker takes is a sign that it consumes."""
    from messaging import canaries

    canaries.stamp(task)
