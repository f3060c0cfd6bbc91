"""Random schemas and random changes of them, close enough that many stay compatible."""

from typing import Any, Final

from hypothesis import strategies as st

WORDS: Final = st.sampled_from(["a", "b", "c"])
WORTH: Final[dict[str, dict[str, st.SearchStrategy[Any]]]] = {
    "integer": {
        "minimum": st.integers(0, 3),
        "maximum": st.integers(5, 8),
        "exclusiveMinimum": st.integers(0, 3),
        "multipleOf": st.sampled_from([1, 2]),
    },
    "number": {
        "minimum": st.sampled_from([0, 0.5, 1]),
        "exclusiveMaximum": st.sampled_from([5, 7.5]),
    },
    "string": {
        "minLength": st.integers(0, 2),
        "maxLength": st.integers(3, 5),
        "pattern": st.sampled_from(["^[ab]*$", "^[a-c]*$"]),
    },
    "array": {
        "items": st.sampled_from([{"type": "integer"}, {"type": "number"}, {"enum": [1, 2, True]}]),
        "minItems": st.integers(0, 1),
        "maxItems": st.integers(2, 3),
        "uniqueItems": st.booleans(),
    },
    "boolean": {"enum": st.sampled_from([[True], [True, False], [1, True]])},
}
LISTED: Final = st.lists(
    st.sampled_from([1, True, "a", None]), min_size=1, max_size=3, unique_by=repr
)


@st.composite
def typed(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(WORTH)))
    worth = WORTH[kind]
    chosen = draw(st.sets(st.sampled_from(sorted(worth))))
    return {"type": kind} | {keyword: draw(worth[keyword]) for keyword in sorted(chosen)}


@st.composite
def objects(draw: st.DrawFn, inside: st.SearchStrategy[Any]) -> dict[str, Any]:
    properties = draw(st.dictionaries(WORDS, inside, min_size=1, max_size=2))
    required = draw(st.lists(st.sampled_from(sorted(properties)), unique=True))
    closed = draw(st.sampled_from([{}, {"additionalProperties": False}]))
    return {"type": "object", "properties": properties, "required": required} | closed


VALUES: Final = st.one_of(typed(), st.builds(lambda listed: {"enum": listed}, LISTED))
SCHEMAS: Final = objects(st.one_of(VALUES, objects(VALUES)))


@st.composite
def changed(draw: st.DrawFn, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with one thing different: a keyword, a property, what is required."""
    if schema.get("type") == "object":
        return draw(_changed_object(schema))
    if "enum" in schema and "type" not in schema:
        return {"enum": draw(LISTED)}
    worth = WORTH[schema["type"]]
    keyword = draw(st.sampled_from(sorted(worth)))
    rest = {name: value for name, value in schema.items() if name != keyword}
    other = {keyword: draw(worth[keyword])}
    wider = {"type": [schema["type"], "null"]}
    return draw(st.sampled_from([rest, rest | other, schema | wider]))


@st.composite
def _changed_object(draw: st.DrawFn, schema: dict[str, Any]) -> dict[str, Any]:
    properties, required = schema["properties"], schema["required"]
    name = draw(st.sampled_from(sorted(properties)))
    fewer = {other: sub for other, sub in properties.items() if other != name}
    return draw(
        st.one_of(
            st.builds(
                lambda sub: _with(schema, properties | {name: sub}, required),
                changed(properties[name]),
            ),
            st.just(_with(schema, fewer, [other for other in required if other != name])),
            st.builds(
                lambda word, sub: _with(schema, {word: sub} | properties, required), WORDS, VALUES
            ),
            st.just(_with(schema, properties, sorted({name} ^ set(required)))),
        )
    )


def _with(schema: dict[str, Any], properties: Any, required: list[str]) -> dict[str, Any]:
    return schema | {"properties": properties, "required": required}
