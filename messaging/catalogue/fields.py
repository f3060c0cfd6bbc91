"""A schema as rows that a person can read, and what became of them in the next version."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.compatibility.accepting import kinds

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
NAMES: Final[dict[str, str | Promise]] = {
    "string": gettext_lazy("text"),
    "integer": gettext_lazy("whole number"),
    "boolean": gettext_lazy("yes or no"),
    "array": gettext_lazy("list"),
    "object": gettext_lazy("object"),
    "null": gettext_lazy("null"),
    "uuid": gettext_lazy("UUID"),
    "date": gettext_lazy("date"),
    "date-time": gettext_lazy("moment"),
    "email": gettext_lazy("e-mail address"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A property; `name` is a path of dots where objects are nested."""

    name: str
    kind: str
    rules: tuple[str, ...]
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a property: `before` or `after` is missing if it was added or removed."""

    name: str
    how: str
    before: Field | None
    after: Field | None


def fields(schema: dict[str, Any], within: str = "") -> list[Field]:
    """Every property, the nested ones after the one that holds them."""
    return list(_fields(schema, within))


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """The properties that differ, in words too; in the order of the new schema, then the old."""
    before = {field.name: field for field in fields(old)}
    after = {field.name: field for field in fields(new)}
    return [
        Change(name, _how(before.get(name), after.get(name)), before.get(name), after.get(name))
        for name in after | before
        if before.get(name) != after.get(name)
    ]


def _how(before: Field | None, after: Field | None) -> str:
    if before is None:
        return ADDED
    return CHANGED if after else REMOVED


def _fields(schema: dict[str, Any], within: str) -> Iterator[Field]:
    required = schema.get("required", [])
    for name, sub in schema.get("properties", {}).items():
        path = f"{within}{name}"
        yield Field(path, _kind(sub), tuple(_rules(sub)), name in required, sub["description"])
        yield from _fields(sub, f"{path}.")
        if "items" in sub:
            yield from _fields(sub["items"], f"{path}[].")


def _kind(schema: dict[str, Any]) -> str:
    if "type" not in schema:
        return _("one of a list")
    stated = [schema.get("format", kind) if kind == "string" else kind for kind in kinds(schema)]
    return _(" or ").join(str(NAMES[kind]) for kind in stated)


def _rules(schema: dict[str, Any]) -> Iterator[str]:
    if "const" in schema:
        yield _("always %s") % schema["const"]
    if "enum" in schema:
        yield ", ".join(str(value) for value in schema["enum"])
    yield from _range(schema, "minimum", "maximum", "%s")
    yield from _range(schema, "minLength", "maxLength", _("%s characters"))
    yield from _range(schema, "minItems", "maxItems", _("%s items"))
    if "pattern" in schema:
        yield schema["pattern"]


def _range(schema: dict[str, Any], least: str, most: str, words: str) -> Iterator[str]:
    low, high = schema.get(least), schema.get(most)
    if low is not None or high is not None:
        yield words % _between(low, high)


def _between(low: int | None, high: int | None) -> str:
    if low is None:
        return f"≤ {high}"
    return f"≥ {low}" if high is None else f"{low} … {high}"
