"""The JSON Schema that the checker understands. Whatever else stands in a schema is reported:
a keyword that nobody judges would make every judgement worthless."""

from collections.abc import Iterator
from typing import Any, Final

import jsonschema_rs
from django.utils.translation import gettext as _

from messaging.compatibility.findings import UNKNOWN, Finding, place

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
FORMATS: Final = frozenset({"date", "date-time", "email", "uuid"})
ANNOTATIONS: Final = frozenset(
    {"$schema", "$id", "$comment", "title", "description", "examples", "default", "deprecated"}
)
NUMBERS: Final = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
STRINGS: Final = {"minLength", "maxLength", "pattern", "format"}
ARRAYS: Final = {"minItems", "maxItems", "uniqueItems"}
OBJECTS: Final = {"minProperties", "maxProperties", "required"}
ASSERTIONS: Final = {"type", "enum", "const"} | NUMBERS | STRINGS | ARRAYS | OBJECTS
ONE_SCHEMA: Final = ("items", "additionalProperties", "not", "if", "then", "else")
LIST_OF_SCHEMAS: Final = ("anyOf", "oneOf", "allOf")
UNDERSTOOD: Final = ANNOTATIONS | ASSERTIONS | {"properties", *ONE_SCHEMA, *LIST_OF_SCHEMAS}


def unknown(schema: Any) -> Iterator[Finding]:
    """Everything in the schema that the checker can't judge; it fails closed on these."""
    try:
        jsonschema_rs.Draft202012Validator(schema)
    except (jsonschema_rs.ValidationError, ValueError) as error:
        yield Finding("", UNKNOWN, _("is no JSON Schema: %s") % error)
        return
    yield from _unknown(schema, "")


def subschemas(schema: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The schemas directly inside, each with the steps that lead to it."""
    for name, sub in schema.get("properties", {}).items():
        yield ("properties", name), sub
    for keyword in ONE_SCHEMA:
        if keyword in schema:
            yield (keyword,), schema[keyword]
    for keyword in LIST_OF_SCHEMAS:
        for number, sub in enumerate(schema.get(keyword, [])):
            yield (keyword, number), sub


def _unknown(schema: Any, at: str) -> Iterator[Finding]:
    if not isinstance(schema, dict):
        return
    for keyword in sorted(schema.keys() - UNDERSTOOD):
        yield Finding(place(at, keyword), UNKNOWN, _("is a keyword that can't be compared"))
    if schema.get("$schema", DRAFT) != DRAFT:
        yield Finding(place(at, "$schema"), UNKNOWN, _("is another dialect of JSON Schema"))
    if "format" in schema and schema["format"] not in FORMATS:
        yield Finding(place(at, "format"), UNKNOWN, _("is a format that nobody asserts"))
    for steps, sub in subschemas(schema):
        yield from _unknown(sub, place(at, *steps))
