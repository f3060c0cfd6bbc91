"""The two sides of a published schema: closed for who writes, tolerant for who reads.

Otherwise a new optional property would break one direction or the other: added to an open schema
it might contradict what was there unseen, added to a closed one it would be refused.
"""

from typing import Any

Schema = Any  # a JSON Schema: an object or a boolean


def writer(schema: Schema) -> Schema:
    """What may be written: where properties are described, there are no others."""
    return _derive(schema, closed=True)


def reader(schema: Schema) -> Schema:
    """What is needed to read: properties that are not described are ignored."""
    return _derive(schema, closed=False)


def _derive(schema: Schema, *, closed: bool) -> Schema:
    if not isinstance(schema, dict):
        return schema
    derived = dict(schema)
    others = derived.get("additionalProperties", True)
    if isinstance(others, bool):
        derived["additionalProperties"] = not closed or (others and "properties" not in derived)
    if "properties" in derived:
        properties = derived["properties"].items()
        derived["properties"] = {name: _derive(sub, closed=closed) for name, sub in properties}
    for keyword in ("items", "additionalProperties"):
        if keyword in derived:
            derived[keyword] = _derive(derived[keyword], closed=closed)
    return derived
