"""The contracts between services: JSON Schemas and who produces and consumes which event.

`event_schemas/registry.json` is the one place that names events, versions and consumers;
`event_schemas/<service>/<event>/<version>.json` describes an event's `data` and
`event_schemas/envelope.json` what is around it.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from django.conf import settings

from event_schemas.upcasts import UPCASTS
from messaging.event import Event


class ContractError(ValueError):
    """An event that no contract allows; it will never become valid by waiting."""


class UnknownEvent(ContractError):
    """Nobody has registered this event name in this version."""


class InvalidEvent(ContractError):
    """The envelope or its data break their JSON Schema; the message names the place."""


def schemas_dir() -> Path:
    return Path(settings.BASE_DIR) / "event_schemas"


@cache
def registry() -> dict[str, dict[str, Any]]:
    """Event name → {producer, versions, consumers}."""
    loaded: dict[str, dict[str, Any]] = json.loads((schemas_dir() / "registry.json").read_text())
    return loaded


def consumers_of(name: str) -> list[str]:
    return list(registry()[name]["consumers"])


def consumers() -> list[str]:
    """Every service that consumes anything."""
    return sorted({who for entry in registry().values() for who in entry["consumers"]})


def producers() -> set[str]:
    return {str(entry["producer"]) for entry in registry().values()}


def producer_of(name: str) -> str:
    return str(registry()[name]["producer"])


def check(envelope: object) -> None:
    """Raise `InvalidEvent` or `UnknownEvent` unless the envelope and its data keep the contract."""
    _raise_first_error(_validator("envelope.json"), envelope, at="")
    assert isinstance(envelope, Mapping)
    name = envelope["event_name"]
    check_data(name, envelope["event_version"], envelope["data"])
    if envelope["producer"] != producer_of(name):
        raise InvalidEvent(f"/producer: {name} is {producer_of(name)}'s to tell")


def check_data(name: str, version: int, data: object) -> None:
    """Raise `InvalidEvent` or `UnknownEvent` unless `data` keeps the contract of this event."""
    entry = registry().get(name)
    if entry is None or version not in entry["versions"]:
        raise UnknownEvent(f"{name} version {version} is not registered")
    path = f"{name.replace('.', '/')}/{int(version)}.json"
    _raise_first_error(_validator(path), data, at="/data")


def newest(event: Event) -> Event:
    """The event in its newest version."""
    while upcast := UPCASTS.get((event.name, event.version)):
        event = replace(
            event,
            version=event.version + 1,
            data=upcast(event.data),
            raised_from=event.told_version,
        )
    return event


@cache
def _validator(path: str) -> jsonschema_rs.Draft202012Validator:
    schema = json.loads((schemas_dir() / path).read_text())
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _raise_first_error(validator: jsonschema_rs.Draft202012Validator, value: Any, at: str) -> None:
    if validator.is_valid(value):
        return
    error = next(iter(validator.iter_errors(value)))
    pointer = at + "".join(f"/{part}" for part in error.instance_path)
    raise InvalidEvent(f"{pointer or '/'}: {error.message}")
