"""Each schema file by itself: its dialect, its words, its examples and counter-examples."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

from messaging import contracts
from messaging.compatibility.dialect import DRAFT, subschemas, unknown
from messaging.compatibility.findings import place
from messaging.schema_checks.formats import quick, thorough

KEYWORDS: Final = frozenset(
    {"$schema", "$id", "title", "description", "examples", "type", "enum", "const", "format"}
    | {"properties", "required", "additionalProperties", "items", "minItems", "maxItems"}
    | {"uniqueItems", "minimum", "maximum", "minLength", "maxLength", "pattern"}
)
EXACT: Final = 2**53 - 1  # beyond, readers of JSON round (RFC 8259, section 6)
INVALID: Final = ".invalid.json"
_VERSION: Final = re.compile(r"[1-9][0-9]*\.json")


def problems() -> Iterator[str]:
    envelope = json.loads((contracts.schemas_dir() / "envelope.json").read_text())
    yield from _prefixed("envelope", described(envelope, free=("/properties/data",)))
    for name, version in published():
        schema = contracts.schema_of(name, version)
        yield from _prefixed(f"{name} version {version}", _schema(name, version, schema))


def published() -> list[tuple[str, int]]:
    """The name and version of every schema file, sorted."""
    paths = contracts.schemas_dir().glob("*/*/*.json")
    return sorted(
        (f"{path.parent.parent.name}.{path.parent.name}", int(path.stem))
        for path in paths
        if _VERSION.fullmatch(path.name)
    )


def invalid_examples(name: str, version: int) -> list[dict[str, Any]]:
    """Data that the schema refuses: `why`, `at` which JSON Pointer, and the `data`."""
    path = invalid_path(name, version)
    found: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []
    return found


def invalid_path(name: str, version: int) -> Path:
    path = contracts.schemas_dir() / contracts.path_of(name, version)
    return path.with_name(f"{version}{INVALID}")


def described(schema: Any, free: tuple[str, ...] = ()) -> Iterator[str]:
    """What is wrong with a schema whatever it is about; objects at `free` may hold anything."""
    if strange := list(unknown(schema)):
        yield from map(str, strange)
        return
    if schema.get("$schema") != DRAFT:
        yield "/$schema: is not draft 2020-12"
    yield from (f"{word}: is missing" for word in ("title", "examples") if not schema.get(word))
    yield from _place(schema, "", free)


def _schema(name: str, version: int, schema: dict[str, Any]) -> Iterator[str]:
    wrong = list(described(schema))
    yield from wrong
    if schema.get("$id") != f"urn:ates:events:{name.replace('.', ':')}:{version}":
        yield "/$id: does not name it"
    if not wrong:
        yield from _examples(schema)
        yield from _invalid_examples(name, version, schema)


def _place(schema: dict[str, Any], at: str, free: tuple[str, ...]) -> Iterator[str]:
    where = at or "/"
    for keyword in sorted(schema.keys() - KEYWORDS):
        yield f"{where}: {keyword} is outside of our dialect"
    if not schema.get("description"):
        yield f"{where}: has no description"
    types = schema.get("type", [])
    for kind in [types] if isinstance(types, str) else types:
        for problem in _LOOSE.get(kind, _nothing)(schema):
            if at not in free:
                yield f"{where}: {problem}"
    for steps, sub in subschemas(schema):
        if isinstance(sub, dict):
            yield from _place(sub, place(at, *steps), free)


def _loose_object(schema: dict[str, Any]) -> Iterator[str]:
    if schema.get("additionalProperties") is not False:
        yield "is open: additionalProperties must be false"


def _loose_number(_: dict[str, Any]) -> Iterator[str]:
    yield "is a number: fractions are not exact, integers are"


def _loose_integer(schema: dict[str, Any]) -> Iterator[str]:
    least, most = schema.get("minimum", -EXACT - 1), schema.get("maximum", EXACT + 1)
    if not ("enum" in schema or "const" in schema) and not -EXACT <= least <= most <= EXACT:
        yield f"is not bounded within ±{EXACT}"


def _loose_string(schema: dict[str, Any]) -> Iterator[str]:
    if not schema.keys() & {"enum", "const", "format", "maxLength"}:
        yield "has no maxLength"
    pattern = schema.get("pattern", "^$")
    if not (pattern.startswith("^") and pattern.endswith("$")):
        yield "has a pattern that is not anchored at both ends"


def _loose_array(schema: dict[str, Any]) -> Iterator[str]:
    if not schema.keys() >= {"items", "maxItems"}:
        yield "has no items or no maxItems"


def _nothing(_: dict[str, Any]) -> Iterator[str]:
    yield from ()


_LOOSE: Final = {
    "object": _loose_object,
    "number": _loose_number,
    "integer": _loose_integer,
    "string": _loose_string,
    "array": _loose_array,
}


def _examples(schema: dict[str, Any]) -> Iterator[str]:
    for number, example in enumerate(schema["examples"]):
        if not (quick(schema, example) and thorough(schema, example)):
            yield f"/examples/{number}: is invalid"


def _invalid_examples(name: str, version: int, schema: dict[str, Any]) -> Iterator[str]:
    if not (examples := invalid_examples(name, version)):
        yield f"has no {version}{INVALID}"
    for number, example in enumerate(examples):
        data, at = example["data"], example["at"]
        found = refused_at(schema, data)
        if found != {at} or thorough(schema, data):
            yield f"invalid example {number} ({example['why']}): fails at {sorted(found)}, not {at}"


def refused_at(schema: Any, data: Any) -> set[str]:
    """The JSON Pointers at which a value breaks the schema."""
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    return {place("", *error.instance_path) for error in validator.iter_errors(data)}


def _prefixed(who: str, lines: Iterator[str]) -> Iterator[str]:
    return (f"{who}: {line}" for line in lines)
