"""The registry against its own schema and against the files."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import jsonschema_rs

from messaging import contracts
from messaging.schema_checks.files import published

SCHEMA: Final = "registry.schema.json"
SUPPORT: Final = timedelta(days=90)  # the least that a deprecated version is supported


def problems() -> Iterator[str]:
    schema = json.loads((contracts.schemas_dir() / SCHEMA).read_text())
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    broken = [error.message for error in validator.iter_errors(contracts.registry())]
    if broken:
        yield from (f"registry.json: {message}" for message in broken)
        return
    yield from _files()
    for name, entry in contracts.registry().items():
        yield from (f"{name}: {problem}" for problem in _entry(name, entry))


def _files() -> Iterator[str]:
    registered = {
        (name, version)
        for name, entry in contracts.registry().items()
        for version in [*entry["versions"], *entry.get("retired", [])]
    }
    for name, version in sorted(set(published()) - registered):
        yield f"{name} version {version}: is not in registry.json"
    for name, version in sorted(registered - set(published())):
        yield f"{name} version {version}: is registered without a schema"


def _entry(name: str, entry: dict[str, Any]) -> Iterator[str]:
    versions, newest = entry["versions"], max(entry["versions"])
    if name.split(".", maxsplit=1)[0] != entry["producer"]:
        yield f"is not {entry['producer']}'s by its name"
    if sorted([*entry.get("retired", []), *versions]) != list(range(1, newest + 1)):
        yield "has versions that don't count from 1 without gaps"
    for version, window in entry.get("deprecated", {}).items():
        if int(version) not in versions or int(version) == newest:
            yield f"deprecates version {version}, which is no older version of it"
        since, until = (date.fromisoformat(window[key]) for key in ("since", "supported_until"))
        if until - since < SUPPORT:
            yield f"supports version {version} for less than {SUPPORT.days} days"
    for consumer, subscription in entry["consumers"].items():
        yield from _subscription(consumer, subscription["versions"], versions)


def _subscription(consumer: str, wanted: list[int], versions: list[int]) -> Iterator[str]:
    for version in sorted(set(wanted) - set(versions)):
        yield f"version {version} is gone, and {consumer} still lists it"
    if max(versions) not in wanted:
        yield f"{consumer} does not list the newest version {max(versions)}"
