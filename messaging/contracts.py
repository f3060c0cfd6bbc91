"""The contracts between services: JSON Schemas and who produces and consumes which event.

`event_schemas/registry.json` is the one place that names events, versions and consumers;
`event_schemas/<service>/<event>/<version>.json` describes an event's `data` and
`event_schemas/envelope.json` what is around it. Producers keep the schema closed, as it is
published; consumers ignore what they don't know in the data (see `messaging.compatibility`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from django.conf import settings

from event_schemas.upcasts import UPCASTS
from messaging.compatibility.sides import reader, writer
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
    """Event name → its entry, as `event_schemas/registry.schema.json` describes it."""
    loaded: dict[str, dict[str, Any]] = json.loads((schemas_dir() / "registry.json").read_text())
    return loaded


def kinds() -> list[tuple[str, int]]:
    """Every event in every version that may be told."""
    return [(name, version) for name, entry in registry().items() for version in entry["versions"]]


def consumers_of(name: str) -> list[str]:
    return list(registry()[name]["consumers"])


def consumers() -> list[str]:
    """Every service that consumes anything."""
    return sorted({who for entry in registry().values() for who in entry["consumers"]})


def read_models() -> set[str]:
    """Consumers that only add up what has happened, and may be made anew from the log."""
    takes = [consumer for entry in registry().values() for consumer in entry["consumers"].items()]
    return set(consumers()) - {who for who, how in takes if how["replay"] != "rebuild"}


def producers() -> set[str]:
    return {str(entry["producer"]) for entry in registry().values()}


def producer_of(name: str) -> str:
    return str(registry()[name]["producer"])


def is_urgent(name: str) -> bool:
    """Whether it is brought before all that waits already."""
    return bool(registry()[name].get("urgent"))


def schema_of(name: str, version: int) -> dict[str, Any]:
    """The published schema of an event's data, as it is in its file."""
    return published(path_of(name, version))


def path_of(name: str, version: int) -> str:
    """Where the schema is, seen from `schemas_dir()`."""
    return f"{name.replace('.', '/')}/{int(version)}.json"


def check(envelope: object) -> None:
    """What a consumer demands: raise `InvalidEvent` or `UnknownEvent` unless the envelope keeps
    its contract and the data can be read."""
    _raise_first_error(_validator("envelope.json", writer), envelope, at="")
    assert isinstance(envelope, dict)
    name = envelope["event_name"]
    _check_data(name, envelope["event_version"], envelope["data"], reader)
    if envelope["producer"] != producer_of(name):
        raise InvalidEvent(f"/producer: {name} is {producer_of(name)}'s to tell")


def check_data(name: str, version: int, data: object) -> None:
    """What a producer promises: raise `InvalidEvent` or `UnknownEvent` unless `data` is what this
    version of the event describes, and nothing more."""
    _check_data(name, version, data, writer)


@dataclass(frozen=True, slots=True)
class Violation:
    """`pointer` is the JSON pointer (RFC 6901) of what breaks the contract, "" the whole."""

    pointer: str
    message: str


def violations(envelope: Any) -> list[Violation]:
    """Everything in an envelope that breaks a contract, envelope first; empty when `check` passes
    or what is wrong is no question of form."""
    found = _violations("envelope.json", envelope, writer, at="")
    if not isinstance(envelope, Mapping):
        return found
    name, version = envelope.get("event_name"), envelope.get("event_version")
    entry = registry().get(name) if isinstance(name, str) else None
    if entry is None:
        return [*found, Violation("/event_name", "is not registered")]
    if not isinstance(version, int | float) or version not in entry["versions"]:
        return [*found, Violation("/event_version", "is not registered")]
    if envelope.get("producer") != entry["producer"]:
        found.append(Violation("/producer", f"{name} is {entry['producer']}'s to tell"))
    data = {"data": envelope.get("data")}
    found += _violations(path_of(str(name), int(version)), data["data"], reader, at="/data")
    try:
        refuse_fractions(data)
    except InvalidEvent as error:
        pointer, _colon, message = str(error).partition(": ")
        found.append(Violation(pointer, message))
    return found


def newest(event: Event) -> Event:
    """The event in its newest version."""
    while upcast := UPCASTS.get((event.name, event.version)):
        event = event._replace(
            version=event.version + 1,
            data=upcast(event.data),
            raised_from=event.told_version,
        )
    return event


def _check_data(name: str, version: int, data: object, side: Callable[[Any], Any]) -> None:
    entry = registry().get(name)
    if entry is None or version not in entry["versions"]:
        raise UnknownEvent(f"{name} version {version} is not registered")
    _raise_first_error(_validator(path_of(name, version), side), data, at="/data")
    refuse_fractions({"data": data})


@cache
def published(path: str) -> dict[str, Any]:
    """The schema in a file, seen from `schemas_dir()`."""
    schema: dict[str, Any] = json.loads((schemas_dir() / path).read_text())
    return schema


@cache
def _validator(path: str, side: Callable[[Any], Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(side(published(path)), validate_formats=True)


def _violations(path: str, value: Any, side: Callable[[Any], Any], at: str) -> list[Violation]:
    return [
        Violation(at + _pointer(error.instance_path), error.message)
        for error in _validator(path, side).iter_errors(value)
    ]


def _pointer(path: Sequence[str | int]) -> str:
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return "".join(f"/{part}" for part in parts)


def _raise_first_error(validator: jsonschema_rs.Draft202012Validator, value: Any, at: str) -> None:
    if validator.is_valid(value):
        return
    error = next(iter(validator.iter_errors(value)))
    pointer = at + _pointer(error.instance_path)
    raise InvalidEvent(f"{pointer or '/'}: {error.message}")


def refuse_fractions(told: dict[str, Any], at: str = "") -> None:
    """1.0 is an integer to JSON Schema and a float to Python: no contract has fractions, for
    money would be among them."""
    for name, value in told.items():
        kind = type(value)
        if kind is float:
            raise InvalidEvent(f"{at}/{name}: {value} is written as a fraction")
        if kind is dict:
            refuse_fractions(value, f"{at}/{name}")
        elif kind is list:
            refuse_fractions(
                {str(number): part for number, part in enumerate(value)}, f"{at}/{name}"
            )
