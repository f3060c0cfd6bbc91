"""A second opinion that knows no rule: write what the writer may, and let the reader read it."""

from typing import Any

import jsonschema_rs
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample, Unsatisfiable
from hypothesis_jsonschema import from_schema

from messaging.compatibility.sides import reader, writer

PATIENT = settings(
    max_examples=200,
    phases=[Phase.generate],
    database=None,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def counterexample(read_as: Any, written_as: Any) -> list[Any]:
    """What the first schema's reader refuses of what the second's writer may write, or nothing
    if 200 instances don't tell.
    """
    may_read = validator(reader(read_as))
    try:
        return [
            find(
                written(written_as),
                lambda instance: not may_read.is_valid(instance),
                settings=PATIENT,
            )
        ]
    except (NoSuchExample, Unsatisfiable):
        return []


def written(schema: Any) -> st.SearchStrategy[Any]:
    """Instances that a producer may publish under this schema."""
    closed = writer(schema)
    return _instances(closed).filter(validator(closed).is_valid)


def validator(schema: Any) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def _instances(schema: Any) -> st.SearchStrategy[Any]:
    """Objects are put together here; hypothesis-jsonschema can't with the Hypothesis of today."""
    if not isinstance(schema, dict) or schema.get("type") != "object" or "enum" in schema:
        return from_schema(schema, custom_formats={"uuid": st.uuids().map(str)})
    if "properties" not in schema:
        return st.dictionaries(st.text(max_size=3), _instances(schema["additionalProperties"]))
    properties = {name: _instances(sub) for name, sub in schema["properties"].items()}
    required = {name: properties.pop(name) for name in schema.get("required", [])}
    return st.fixed_dictionaries(required, optional=properties)
