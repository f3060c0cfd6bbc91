"""Consumers: what the registry promises them, a handler takes, and nothing else is handled."""

import importlib.util
from collections.abc import Iterator

from django.conf import settings

from event_schemas.upcasts import UPCASTS
from messaging import contracts
from messaging.inbox import subscriptions

Kind = tuple[str, int]


def problems() -> Iterator[str]:
    for consumer in settings.SERVICES:
        promised = _promised(consumer)
        if importlib.util.find_spec(f"{consumer}_app.handlers"):
            yield from _handled(consumer, promised, set(subscriptions(consumer)))
        elif promised:
            yield f"{consumer}: is registered as a consumer and has no handlers"


def _handled(consumer: str, promised: set[Kind], handled: set[Kind]) -> Iterator[str]:
    for name, version in sorted(promised):
        if raised((name, version)) not in handled:
            yield f"{name} version {version}: {consumer} has no handler for it"
    for name, version in sorted(handled - {raised(kind) for kind in promised}):
        yield f"{name} version {version}: {consumer} handles it but is not registered for it"


def raised(kind: Kind) -> Kind:
    """The version in which a handler sees it."""
    name, version = kind
    while (name, version) in UPCASTS:
        version += 1
    return name, version


def _promised(consumer: str) -> set[Kind]:
    return {
        (name, version)
        for name, entry in contracts.registry().items()
        for version in entry["consumers"].get(consumer, {}).get("versions", [])
    }
