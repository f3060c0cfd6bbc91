"""The OpenAPI document as a page shows it: chapters of calls, each with what it takes and gives."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from api.problems import KINDS, MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class Field:
    """`depth` counts the things around it."""

    name: str
    type: str
    required: bool
    description: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    phrase: str
    fields: list[Field] = field(default_factory=list)
    is_problem: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    method: str
    path: str
    description: str
    roles: list[str]
    parameters: list[Field]
    body: list[Field]
    body_type: str
    answers: list[Answer]


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


def _call(document: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> Call:
    content = operation.get("requestBody", {}).get("content", {})
    nothing: tuple[str, dict[str, Any]] = ("", {})
    media, body = next(iter(content.items()), nothing)
    return Call(
        name=operation["operationId"],
        method=method,
        path=path,
        description=operation.get("description", operation["summary"]),
        roles=operation["x-roles"],
        parameters=[_parameter(document, row) for row in operation["parameters"]],
        body=list(_fields(document, body.get("schema", {}))),
        body_type=media,
        answers=[_answer(document, *row) for row in operation["responses"].items()],
    )


def _parameter(document: dict[str, Any], row: dict[str, Any]) -> Field:
    shape, words = row["schema"], row.get("description", "")
    return Field(f"{row['name']} ({row['in']})", _type(document, shape), row["required"], words)


def _answer(document: dict[str, Any], status: Any, row: dict[str, Any]) -> Answer:
    content = row.get("content", {})
    shape = content.get("application/json", {}).get("schema", {})
    phrase = HTTPStatus(int(status)).phrase
    return Answer(int(status), phrase, list(_fields(document, shape)), MEDIA_TYPE in content)


def _fields(document: dict[str, Any], shape: dict[str, Any], depth: int = 0) -> Iterator[Field]:
    shape = _whole(document, shape)
    required = shape.get("required", [])
    for name, inner in shape.get("properties", {}).items():
        words = inner.get("description", "")
        yield Field(name, _type(document, inner), name in required, words, depth)
        yield from _fields(document, _inside(document, inner), depth + 1)


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
