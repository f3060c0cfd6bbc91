"""A form sent twice does its work once (E4)."""

from uuid import UUID

from django.db import connection
from django.http import HttpRequest

from access.actor import Actor
from messaging.models import FormKey


def idempotency_key(request: HttpRequest, actor: Actor) -> str | None:
    """The form's key; each person has keys of their own. None when it carries none."""
    try:
        return f"{actor.id}:{UUID(request.POST.get('idempotency_key', ''))}"
    except ValueError:
        return None


def take(key: str) -> UUID | None:
    """What the key was led to before, if it was. In a transaction: until its end nobody else finds
    out about the same key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    return FormKey.objects.filter(pk=key).values_list("led_to", flat=True).first()


def lead(key: str, to: UUID) -> None:
    """From now on the key leads there; it stays where it was led first."""
    FormKey.objects.bulk_create([FormKey(key=key, led_to=to)], ignore_conflicts=True)
