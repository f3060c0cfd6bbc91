"""What is known about one dead letter beyond its own row."""

from datetime import datetime

from django.db.models import QuerySet

from messaging.models import (
    DeadLetter,
    InboxAttempt,
    InboxEvent,
    InboxWaiting,
    ReplayItem,
)

SHOWN = 20


def attempts(letter: DeadLetter) -> QuerySet[InboxAttempt]:
    """The newest `SHOWN` attempts that failed, newest first."""
    if letter.event_id is None:
        return InboxAttempt.objects.none()
    found = InboxAttempt.objects.filter(consumer=letter.consumer, event_id=letter.event_id)
    return found.order_by("-number", "-pk")[:SHOWN]


def applied_at(letter: DeadLetter) -> datetime | None:
    """When the consumer applied the event after all, if it did."""
    if letter.event_id is None:
        return None
    applied = InboxEvent.objects.filter(consumer=letter.consumer, event_id=letter.event_id)
    return applied.values_list("applied_at", flat=True).first()


def later(letter: DeadLetter) -> QuerySet[DeadLetter]:
    """Letters of the same consumer about the same task, or else person, parked after this one."""
    if not (letter.task_id or letter.account_id):
        return DeadLetter.objects.none()
    same = {"task_id": letter.task_id} if letter.task_id else {"account_id": letter.account_id}
    found = DeadLetter.objects.parked().filter(consumer=letter.consumer, pk__gt=letter.pk, **same)
    return found.defer("envelope", "traceback").order_by("pk")[:SHOWN]


def waiting(letter: DeadLetter) -> QuerySet[InboxWaiting]:
    """Events that wait until this one's task or person is known."""
    subjects = (("task", letter.task_id), ("account", letter.account_id))
    keys = [f"{kind}:{name}" for kind, name in subjects if name]
    found = InboxWaiting.objects.filter(consumer=letter.consumer, key__in=keys)
    return found.defer("envelope").order_by("pk")[:SHOWN]


def last_replay(letter: DeadLetter) -> ReplayItem | None:
    return letter.replay_items.select_related("run").order_by("-pk").first()
