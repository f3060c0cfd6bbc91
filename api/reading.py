"""The OpenAPI document as a page shows it: chapters of calls, each with what it takes and gives."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from api.problems import KINDS, MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class Field:
    """`name` is a path: `items[].assignee.name`."""

    name: str
    type: str
    required: bool
    description: SafeString


@dataclass(frozen=True, slots=True)
class Table:
    heading: str
    note: str
    fields: list[Field]

    @property
    def has_meanings(self) -> bool:
        return any(field.description for field in self.fields)


@dataclass(frozen=True, slots=True)
class Call:
    """`minutes`: how old the sign-in may be, 0 if that doesn't matter."""

    name: str
    method: str
    path: str
    description: SafeString
    roles: list[str]
    tables: list[Table]
    refusals: list[str]
    minutes: int


@dataclass(frozen=True, slots=True)
class Chapter:
    name: str
    calls: list[Call]


def chapters(document: dict[str, Any]) -> list[Chapter]:
    found: dict[str, list[Call]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            call = _call(document, method.upper(), path, operation)
            found.setdefault(operation["tags"][0], []).append(call)
    return [Chapter(name, calls) for name, calls in found.items()]


def problems() -> list[dict[str, Any]]:
    """Every kind of problem, with its status and words."""
    return [{"kind": kind, "status": status, "title": t} for kind, (status, t) in KINDS.items()]


def with_code(text: str) -> SafeString:
    """What stands between backticks as code."""
    shapes = ("{}", "<code>{}</code>")
    parts = ((format_html(shapes[n % 2], part),) for n, part in enumerate(text.split("`")))
    return format_html_join("", "{}", parts)


def _call(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> Call:
    answers = operation["responses"].items()
    refusals = [status for status, row in answers if MEDIA_TYPE in row.get("content", {})]
    return Call(
        name=operation["operationId"],
        method=method,
        path=path,
        description=with_code(operation.get("description", operation["summary"])),
        roles=operation["x-roles"],
        tables=[table for table in _tables(document, operation) if table.fields],
        refusals=[f"{status} {HTTPStatus(int(status)).phrase}" for status in refusals],
        minutes=operation.get("x-max-age", 0) // 60,
    )


def _tables(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[Table]:
    parameters = (_parameter(document, row) for row in operation["parameters"])
    yield Table("Parameters", "", list(parameters))
    for media, body in operation.get("requestBody", {}).get("content", {}).items():
        yield Table("Body", media, list(_fields(document, body["schema"])))
    for status, row in operation["responses"].items():
        shape = row.get("content", {}).get("application/json", {}).get("schema", {})
        yield Table(
            str(status), HTTPStatus(int(status)).phrase, _optional(_fields(document, shape))
        )


def _optional(fields: Iterable[Field]) -> list[Field]:
    """Of an answer it goes without saying that all of it comes."""
    return [Field(field.name, field.type, False, field.description) for field in fields]


def _parameter(document: dict[str, Any], row: dict[str, Any]) -> Field:
    shape, words = row["schema"], with_code(row.get("description", ""))
    return Field(f"{row['name']} ({row['in']})", _type(document, shape), row["required"], words)


def _fields(document: dict[str, Any], shape: dict[str, Any], prefix: str = "") -> Iterator[Field]:
    shape = _whole(document, shape)
    required = shape.get("required", [])
    for name, inner in shape.get("properties", {}).items():
        words = with_code(inner.get("description", ""))
        path = f"{prefix}{name}"
        yield Field(path, _type(document, inner), name in required, words)
        is_list = "items" in _whole(document, inner)
        yield from _fields(document, _inside(document, inner), f"{path}{'[]' * is_list}.")


def _inside(document: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    """What the items of a list, or the thing that may be null, consist of; money speaks for
    itself."""
    shape = _whole(document, shape)
    shape = _whole(document, shape.get("items", shape))
    return {} if shape.get("title") == "Money" else shape


def _whole(document: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    """The shape behind a reference, and the one of two that is not null."""
    for option in shape.get("anyOf", []):
        if option.get("type") != "null":
            return _whole(document, option)
    if "$ref" in shape:
        name = shape["$ref"].rpartition("/")[2]
        found: dict[str, Any] = document["components"]["schemas"][name]
        return _whole(document, found)
    return shape


def _type(document: dict[str, Any], shape: dict[str, Any]) -> str:
    whole = _whole(document, shape)
    words = _words(document, whole)
    nullable = any(option.get("type") == "null" for option in shape.get("anyOf", []))
    return f"{words} or null" if nullable else words


def _words(document: dict[str, Any], shape: dict[str, Any]) -> str:
    if choices := shape.get("enum"):
        return " | ".join(str(choice) for choice in choices if choice)
    if "const" in shape:
        return str(shape["const"])
    if shape.get("type") == "array":
        return f"list of {_type(document, shape['items'])}"
    if shape.get("type") == "object":
        return str(shape.get("title", "object"))
    return str(shape.get("format") or shape.get("type", "anything"))
