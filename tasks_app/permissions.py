"""Who may do what in the tracker."""

from access.actor import ADMIN, MANAGER, Actor
from tasks_app.models import Task

MANAGERS = (MANAGER, ADMIN)


def can_complete(actor: Actor, task: Task) -> bool:
    return task.is_open and task.assignee_id == actor.id


def can_shuffle(actor: Actor) -> bool:
    return actor.has(*MANAGERS)
