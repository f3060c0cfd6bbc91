"""Bounds and finite sets: does what the reader demands follow from what the writer promises?"""

import json
from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

import jsonschema_rs
from django.utils.translation import gettext as _

from messaging.compatibility.findings import Finding, place

Schema = dict[str, Any]

SIZES: Final = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
}
KEPT: Final = {"string": ("pattern", "format"), "array": ("uniqueItems",)}
FEW: Final[dict[str, tuple[Any, ...]]] = {"null": (None,), "boolean": (False, True)}


def accepts(schema: Any, value: Any) -> bool:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value)


def same(one: Any, other: Any) -> bool:
    """As JSON: 1 is not true."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def values_of(schema: Schema) -> list[Any] | None:
    """All that the schema allows if it lists them, else None."""
    if "const" not in schema and "enum" not in schema:
        return None
    listed = [schema["const"]] if "const" in schema else schema["enum"]
    return [value for value in listed if accepts(schema, value)]


def sizes(reader: Schema, writer: Schema, kind: str, at: str) -> Iterator[Finding]:
    if kind not in SIZES:
        return
    least, most = SIZES[kind]
    if reader.get(least, 0) > writer.get(least, 0):
        yield Finding(place(at, least), least, _("asks for more than is promised"))
    if most in reader and writer.get(most, float("inf")) > reader[most]:
        yield Finding(place(at, most), most, _("allows less than is promised"))


def kept(reader: Schema, writer: Schema, kind: str, at: str) -> Iterator[Finding]:
    """Patterns and the like can't be weighed: the writer has to promise the very same."""
    for keyword in KEPT.get(kind, ()):
        if reader.get(keyword, False) and reader[keyword] != writer.get(keyword):
            yield Finding(place(at, keyword), keyword, _("demands what is not promised"))


def numbers(reader: Schema, writer: Schema, kind: str, at: str) -> Iterator[Finding]:
    if kind not in ("integer", "number"):
        return
    whole = kind == "integer"
    if _least(reader, whole=whole) > _least(writer, whole=whole):
        yield Finding(place(at, "minimum"), "minimum", _("is higher than what is promised"))
    if _most(reader, whole=whole) < _most(writer, whole=whole):
        yield Finding(place(at, "maximum"), "maximum", _("is lower than what is promised"))
    if "multipleOf" in reader and _step(writer, whole=whole) % _exact(reader["multipleOf"]):
        yield Finding(place(at, "multipleOf"), "multipleOf", _("is no divisor of what is promised"))


Bound = tuple[Fraction | float, int]  # the second counts where the first is excluded


def _least(schema: Schema, *, whole: bool) -> Bound:
    bounds: list[Bound] = [(float("-inf"), 0)]
    if "minimum" in schema:
        value = _exact(schema["minimum"])
        bounds.append((Fraction(ceil(value)) if whole else value, 0))
    if "exclusiveMinimum" in schema:
        value = _exact(schema["exclusiveMinimum"])
        bounds.append((Fraction(floor(value) + 1), 0) if whole else (value, 1))
    return max(bounds)


def _most(schema: Schema, *, whole: bool) -> Bound:
    bounds: list[Bound] = [(float("inf"), 0)]
    if "maximum" in schema:
        value = _exact(schema["maximum"])
        bounds.append((Fraction(floor(value)) if whole else value, 0))
    if "exclusiveMaximum" in schema:
        value = _exact(schema["exclusiveMaximum"])
        bounds.append((Fraction(ceil(value) - 1), 0) if whole else (value, -1))
    return min(bounds)


def _step(schema: Schema, *, whole: bool) -> Fraction:
    """Every number that is promised is a multiple of this; of next to nothing if any may come."""
    step = _exact(schema["multipleOf"]) if "multipleOf" in schema else None
    if whole and (step is None or step.denominator > 1):
        return Fraction(1)
    return step or _NEXT_TO_NOTHING


_NEXT_TO_NOTHING: Final = Fraction(1, 10**400)


def _exact(number: float) -> Fraction:
    """0.1 as it is written, not as a float holds it."""
    return Fraction(str(number))
