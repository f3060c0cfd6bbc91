"""Formats are only worth something where they are asserted, and both of our validators are easily
run without: then "yesterday" is a date-time."""

from collections.abc import Iterator
from typing import Any, Final

import jsonschema
import jsonschema_rs

from messaging.compatibility.dialect import FORMATS

NONSENSE: Final = "yesterday"


def problems() -> Iterator[str]:
    for name in sorted(FORMATS):
        for who, is_valid in (("jsonschema-rs", quick), ("jsonschema", thorough)):
            if is_valid({"type": "string", "format": name}, NONSENSE):
                yield f"{who} does not assert the format {name} here"


def quick(schema: Any, value: Any) -> bool:
    """As production validates."""
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value)


def thorough(schema: Any, value: Any) -> bool:
    """As the reference implementation for Python validates."""
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(schema, format_checker=checker).is_valid(value)
