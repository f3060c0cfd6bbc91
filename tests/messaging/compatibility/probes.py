"""Pairs of schemas, each with one change, and by hand what is compatible about it.

Thirty kinds of change that schema registries judge wrongly or are said to judge: the first ten
get accepted although somebody breaks, the next five refused although nobody does.
"""

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Probe:
    """`backward`: new readers can read the old. `forward`: old readers can read the new."""

    change: str
    old: Any
    new: Any
    backward: bool
    forward: bool


def thing(required: str = "", *, closed: bool = False, **properties: Any) -> dict[str, Any]:
    """An object with these properties; those in `required` are."""
    schema = {"type": "object", "properties": properties, "required": required.split()}
    return schema | {"additionalProperties": False} if closed else schema


def only(**constraints: Any) -> dict[str, Any]:
    """An object with one required property that is constrained like this."""
    return thing("x", closed=True, x=constraints)


TEXT: Final = {"type": "string"}
WHOLE: Final = {"type": "integer", "minimum": 0, "maximum": 9}
IF_A_THEN_B: Final = {"if": {"required": ["a"]}, "then": {"required": ["b"]}}

ACCEPTED_ELSEWHERE: Final = [
    Probe("optional → required, open", thing(a=TEXT), thing("a", a=TEXT), False, True),
    Probe(
        "optional → required, closed",
        thing(a=TEXT, closed=True),
        thing("a", a=TEXT, closed=True),
        False,
        True,
    ),
    Probe("required → optional", thing("a", a=TEXT), thing(a=TEXT), True, False),
    Probe(
        "enum widened beside a type",
        only(type="string", enum=["a", "b"]),
        only(type="string", enum=["a", "b", "c"]),
        True,
        False,
    ),
    Probe(
        "enum narrowed beside a type",
        only(type="string", enum=["a", "b"]),
        only(type="string", enum=["a"]),
        False,
        True,
    ),
    Probe("const changed", only(const="a"), only(const="b"), False, False),
    Probe(
        "format added", only(type="string"), only(type="string", format="date-time"), False, True
    ),
    Probe("multipleOf added", only(**WHOLE), only(**WHOLE, multipleOf=3), False, True),
    Probe(
        "uniqueItems added",
        only(type="array", items=WHOLE),
        only(type="array", items=WHOLE, uniqueItems=True),
        False,
        True,
    ),
    Probe(
        "if/then added",
        thing(a=TEXT, b=TEXT, closed=True),
        thing(a=TEXT, b=TEXT, closed=True) | IF_A_THEN_B,
        False,
        True,
    ),
]

REFUSED_ELSEWHERE: Final = [
    Probe("optional added, open", thing("a", a=TEXT), thing("a", a=TEXT, b=TEXT), True, True),
    Probe(
        "optional added, closed",
        thing("a", a=TEXT, closed=True),
        thing("a", a=TEXT, b=TEXT, closed=True),
        True,
        True,
    ),
    Probe("optional removed, open", thing("a", a=TEXT, b=TEXT), thing("a", a=TEXT), True, True),
    Probe(
        "optional removed, closed",
        thing("a", a=TEXT, b=TEXT, closed=True),
        thing("a", a=TEXT, closed=True),
        True,
        True,
    ),
    Probe(
        "required added, closed",
        thing("a", a=TEXT, closed=True),
        thing("a b", a=TEXT, b=TEXT, closed=True),
        False,
        True,
    ),
]

UNDISPUTED: Final = [
    Probe("required removed", thing("a b", a=TEXT, b=TEXT), thing("a", a=TEXT), True, False),
    Probe("renamed", thing("a", a=TEXT), thing("b", b=TEXT), False, False),
    Probe("type changed", only(**TEXT), only(**WHOLE), False, False),
    Probe("integer → number", only(type="integer"), only(type="number"), True, False),
    Probe("number → integer", only(type="number"), only(type="integer"), False, True),
    Probe("null allowed", only(type="string"), only(type=["string", "null"]), True, False),
    Probe("null forbidden", only(type=["string", "null"]), only(type="string"), False, True),
    Probe("minimum raised", only(**WHOLE), only(**WHOLE | {"minimum": 3}), False, True),
    Probe("maximum raised", only(**WHOLE), only(**WHOLE | {"maximum": 12}), True, False),
    Probe("minLength added", only(**TEXT), only(**TEXT, minLength=2), False, True),
    Probe("maxLength raised", only(**TEXT, maxLength=2), only(**TEXT, maxLength=4), True, False),
    Probe(
        "pattern changed", only(**TEXT, pattern="^a+$"), only(**TEXT, pattern="^b+$"), False, False
    ),
    Probe("pattern dropped", only(**TEXT, pattern="^a+$"), only(**TEXT), True, False),
    Probe(
        "maxItems lowered",
        only(type="array", items=WHOLE, maxItems=5),
        only(type="array", items=WHOLE, maxItems=2),
        False,
        True,
    ),
    Probe(
        "an alternative added",
        only(anyOf=[TEXT, WHOLE]),
        only(anyOf=[WHOLE, TEXT, {"type": "null"}]),
        True,
        False,
    ),
]

THIRTY: Final = [*ACCEPTED_ELSEWHERE, *REFUSED_ELSEWHERE, *UNDISPUTED]

MORE: Final = [
    Probe("nothing", only(**WHOLE), only(**WHOLE), True, True),
    Probe("closed", thing(a=TEXT), thing(a=TEXT, closed=True), True, True),
    Probe("described", only(**TEXT), only(**TEXT, description="Words."), True, True),
    Probe("const → enum with it", only(const=1), only(enum=[1, 2]), True, False),
    Probe("const: one → true", only(const=1), only(const=True), False, False),
    Probe("enum: flags → boolean", only(enum=[True, False]), only(type="boolean"), True, True),
    Probe(
        "deep inside: optional → required",
        only(**thing(a=TEXT)),
        only(**thing("a", a=TEXT)),
        False,
        True,
    ),
    Probe(
        "items widened",
        only(type="array", items={"type": "integer"}),
        only(type="array", items={"type": "number"}),
        True,
        False,
    ),
    Probe(
        "type list → alternatives",
        only(type=["string", "null"]),
        only(anyOf=[TEXT, {"type": "null"}]),
        True,
        True,
    ),
    Probe(
        "removed and put back with another type",
        thing(a=TEXT, b=TEXT),
        thing(a=TEXT, b=WHOLE),
        False,
        False,
    ),
    Probe(
        "exclusive bound of whole numbers",
        only(type="integer", minimum=1),
        only(type="integer", exclusiveMinimum=0),
        True,
        True,
    ),
    Probe(
        "values by any name",
        only(type="object", additionalProperties=WHOLE),
        only(type="object", additionalProperties=TEXT),
        False,
        False,
    ),
]
