"""Does a reader accept everything that a writer may write? Structure against structure.

What is ignored of the writer only narrows it, so a promise stays a promise; what is not
understood of the reader is refused.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

from django.utils.translation import gettext as _

from messaging.compatibility.findings import Finding, place
from messaging.compatibility.limits import FEW, accepts, kept, numbers, same, sizes, values_of

Schema = dict[str, Any]

KINDS: Final = ("null", "boolean", "integer", "number", "string", "array", "object")
CONDITION: Final = ("if", "then", "else")


def refusals(reader: Any, writer: Any, at: str = "") -> Iterator[Finding]:
    """Why the reader may refuse what the writer writes; nothing if it never does."""
    if reader is True or writer is False:
        return
    if reader is False:
        yield Finding(at, "false", _("is refused whatever it is"))
        return
    written = writer if isinstance(writer, dict) else {}
    values = values_of(written)
    if values is not None:
        yield from _refused_values(reader, values, at)
        return
    yield from _refused_kinds(reader, written, at)
    yield from _refused_alternatives(reader, written, at)
    yield from _refused_conditions(reader, written, at)


def fits(reader: Any, writer: Any) -> bool:
    return not any(refusals(reader, writer))


def _refused_values(reader: Schema, values: list[Any], at: str) -> Iterator[Finding]:
    for value in values:
        if not accepts(reader, value):
            yield Finding(place(at, _lister(reader)), _lister(reader), _("lacks %r") % (value,))


def _refused_kinds(reader: Schema, writer: Schema, at: str) -> Iterator[Finding]:
    found = [finding for kind in kinds(writer) for finding in _kind(reader, writer, kind, at)]
    if found and any(_each_fits(_plain(reader), branches) for branches in _branches(writer)):
        return
    yield from dict.fromkeys(found)


def _kind(reader: Schema, writer: Schema, kind: str, at: str) -> Iterator[Finding]:
    """Why values of this kind may be refused."""
    if kind not in kinds(reader) and not (kind == "integer" and "number" in kinds(reader)):
        yield Finding(place(at, "type"), "type", _("leaves out %s") % kind)
    elif kind in FEW:
        yield from _refused_values(_plain(reader), list(FEW[kind]), at)
    elif "enum" in reader or "const" in reader:
        yield Finding(place(at, _lister(reader)), _lister(reader), _("allows only listed values"))
    else:
        for demand in (sizes, kept, numbers, _items, _properties):
            yield from demand(reader, writer, kind, at)


def _items(reader: Schema, writer: Schema, kind: str, at: str) -> Iterator[Finding]:
    if kind == "array" and writer.get("maxItems") != 0:
        yield from refusals(
            reader.get("items", True), writer.get("items", True), place(at, "items")
        )


def _properties(reader: Schema, writer: Schema, kind: str, at: str) -> Iterator[Finding]:
    if kind != "object":
        return
    for name in sorted(set(reader.get("required", [])) - set(writer.get("required", []))):
        yield Finding(
            place(at, "required"), "required", _("demands %s, which may be missing") % name
        )
    known, told = reader.get("properties", {}), writer.get("properties", {})
    others, rest = (
        reader.get("additionalProperties", True),
        writer.get("additionalProperties", True),
    )
    for name in told:
        where = place(at, "properties", name)
        yield from refusals(known.get(name, others), told[name], where)
    for name in known.keys() - told.keys():
        if not fits(known[name], rest):
            message = _("may have been there with any value")
            yield Finding(place(at, "properties", name), "additionalProperties", message)
    if not fits(others, rest):
        message = _("leaves out properties that may come")
        yield Finding(place(at, "additionalProperties"), "additionalProperties", message)


def _refused_alternatives(reader: Schema, writer: Schema, at: str) -> Iterator[Finding]:
    for keyword in ("anyOf", "oneOf"):
        if keyword not in reader or same(reader[keyword], writer.get(keyword)):
            continue
        if keyword == "oneOf" and not _exclusive(reader["oneOf"]):
            yield Finding(place(at, keyword), keyword, _("has alternatives that may overlap"))
        elif not any(_all_fit_one(reader[keyword], told) for told in _readings(writer)):
            yield Finding(place(at, keyword), keyword, _("has no alternative for all that comes"))
    for number, part in enumerate(reader.get("allOf", [])):
        promised = any(same(part, other) for other in writer.get("allOf", []))
        if not promised and not fits(part, writer):
            yield Finding(place(at, "allOf", number), "allOf", _("demands what is not promised"))


def _refused_conditions(reader: Schema, writer: Schema, at: str) -> Iterator[Finding]:
    """A condition can't be weighed: the writer has to promise the very same."""
    demanded = {keyword: reader[keyword] for keyword in CONDITION if keyword in reader}
    promised = {keyword: writer[keyword] for keyword in CONDITION if keyword in writer}
    if "if" in demanded and len(demanded) > 1 and not same(demanded, promised):
        yield Finding(place(at, "if"), "if", _("demands what is not promised"))
    if "not" in reader and ("not" not in writer or not same(reader["not"], writer["not"])):
        yield Finding(place(at, "not"), "not", _("demands what is not promised"))


def kinds(schema: Schema) -> list[str]:
    """The types that a schema allows; a number may be an integer too."""
    stated = schema.get("type", KINDS)
    return [stated] if isinstance(stated, str) else list(stated)


def _plain(schema: Schema) -> Schema:
    left_out = {"anyOf", "oneOf", "allOf", "not", *CONDITION}
    return {keyword: value for keyword, value in schema.items() if keyword not in left_out}


def _branches(writer: Schema) -> list[list[Any]]:
    return [writer[keyword] for keyword in ("anyOf", "oneOf") if keyword in writer]


def _readings(writer: Schema) -> list[list[Any]]:
    """All that is written, in ways to take it apart; each part of one has to be read."""
    plain = _plain(writer)
    return [[plain | {"type": kind} for kind in kinds(writer)], *_branches(writer)]


def _each_fits(reader: Schema, written: list[Any]) -> bool:
    return all(fits(reader, part) for part in written)


def _all_fit_one(alternatives: list[Any], written: list[Any]) -> bool:
    return all(any(fits(one, part) for one in alternatives) for part in written)


def _exclusive(alternatives: list[Any]) -> bool:
    return all(_differ(one, other) for one, other in combinations(alternatives, 2))


def _differ(one: Any, other: Any) -> bool:
    """By their types, or by a property that both require with different values."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return one is False or other is False
    if not {_broad(kind) for kind in kinds(one)} & {_broad(kind) for kind in kinds(other)}:
        return True
    shared = set(one.get("required", [])) & set(other.get("required", []))
    return kinds(one) == kinds(other) == ["object"] and any(
        _no_value_in_common(one.get("properties", {}).get(name), other, name) for name in shared
    )


def _no_value_in_common(mine: Any, other: Schema, name: str) -> bool:
    theirs = other.get("properties", {}).get(name)
    values = values_of(mine) if isinstance(mine, dict) else None
    return values is not None and not any(accepts(theirs, value) for value in values)


def _broad(kind: str) -> str:
    return "number" if kind == "integer" else kind


def _lister(schema: Schema) -> str:
    return next((keyword for keyword in ("const", "enum", "type") if keyword in schema), "enum")
