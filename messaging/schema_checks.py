"""What `check_schemas` demands of the contracts: whole, described, exemplified, and handled.

Each check yields one line for everything that is wrong.
"""

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from event_schemas.upcasts import UPCASTS
from messaging import contracts
from messaging.inbox import subscriptions


def problems() -> list[str]:
    """Everything wrong with the contracts; empty when all is well."""
    return [*_files(), *_registry(), *_handlers()]


def _files() -> Iterator[str]:
    root = contracts.schemas_dir()
    for path in sorted(root.glob("*/*/*.json")):
        name = f"{path.parent.parent.name}.{path.parent.name}"
        yield from _schema(path, name, int(path.stem))


def _schema(path: Path, name: str, version: int) -> Iterator[str]:
    schema = json.loads(path.read_text())
    place = f"{name} version {version}"
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        yield f"{place}: is no JSON Schema: {error.message}"
        return
    if schema.get("$id") != f"urn:ates:events:{name.replace('.', ':')}:{version}":
        yield f"{place}: $id does not name it"
    yield from _described(place, schema)
    if version not in contracts.registry().get(name, {}).get("versions", []):
        yield f"{place}: is not in registry.json"
        return
    for example in schema.get("examples", []):
        try:
            contracts.check_data(name, version, example)
        except contracts.ContractError as error:
            yield f"{place}: its example is invalid: {error}"


def _described(place: str, schema: dict[str, Any]) -> Iterator[str]:
    if schema.get("additionalProperties") is not False:
        yield f"{place}: is open: additionalProperties must be false"
    if not schema.get("examples"):
        yield f"{place}: has no example"
    for name, subschema in schema.get("properties", {}).items():
        if not subschema.get("description"):
            yield f"{place}: /{name} has no description"


def _registry() -> Iterator[str]:
    for name, entry in contracts.registry().items():
        for version in entry["versions"]:
            if not (contracts.schemas_dir() / f"{name.replace('.', '/')}/{version}.json").exists():
                yield f"{name} version {version}: is registered without a schema"
            newest = version == max(entry["versions"])
            if not newest and (name, version) not in UPCASTS:
                yield f"{name} version {version}: nothing makes version {version + 1} of it"


def _handlers() -> Iterator[str]:
    for consumer in settings.SERVICES:
        if not importlib.util.find_spec(f"{consumer}_app.handlers"):
            continue
        handled = set(subscriptions(consumer))
        promised = {
            (name, max(entry["versions"]))
            for name, entry in contracts.registry().items()
            if consumer in entry["consumers"]
        }
        for name, version in sorted(promised - handled):
            yield f"{name} version {version}: {consumer} has no handler for it"
        for name, version in sorted(handled - promised):
            yield f"{name} version {version}: {consumer} handles it but is not registered for it"
