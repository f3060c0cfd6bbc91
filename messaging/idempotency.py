"""A form sent twice does its work once (E4)."""

from uuid import UUID

from django.http import HttpRequest

from access.actor import Actor


def idempotency_key(request: HttpRequest, actor: Actor) -> str | None:
    """The form's key; each person has keys of their own. None when it carries none."""
    try:
        return f"{actor.id}:{UUID(request.POST.get('idempotency_key', ''))}"
    except ValueError:
        return None
