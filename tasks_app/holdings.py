"""What the tracker holds about a task and a person, shown beside a dead letter."""

from collections.abc import Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from messaging.holdings import Holding
from tasks_app.models import Account, Task


def about(task_id: UUID | None, account_id: UUID | None) -> Iterator[Holding]:
    if task := Task.objects.filter(public_id=task_id).first() if task_id else None:
        url = reverse("tasks:task", args=[task.public_id])
        yield Holding(task.title, task.get_status_display(), url)
    if person := Account.objects.filter(public_id=account_id).first() if account_id else None:
        version = _("version %s") % person.version
        yield Holding(person.name or str(person.public_id), f"{person.role}, {version}")
