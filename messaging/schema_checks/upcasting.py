"""Old versions: what is raised is valid, and a name that was given up never means another thing."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from event_schemas.facts import FACTS
from event_schemas.upcasts import UPCASTS
from messaging import contracts
from messaging.compatibility.accepting import kinds
from messaging.schema_checks.files import published
from messaging.schema_checks.formats import quick


def problems() -> Iterator[str]:
    known = set(published())
    for name, version in sorted(known):
        if (name, version + 1) in known:
            yield from _raised(name, version)
    for name, version in sorted(UPCASTS.keys() - known):
        yield f"{name} version {version}: is raised and has no schema"
    for name, field in FACTS.items():
        yield from _identified(name, field)
    for name in sorted({name for name, _ in known}):
        yield from _reused(name, [version for other, version in sorted(known) if other == name])


def _raised(name: str, version: int) -> Iterator[str]:
    """Retired versions too: the event log may hold them for ever."""
    upcast = UPCASTS.get((name, version))
    if upcast is None:
        yield f"{name} version {version}: nothing makes version {version + 1} of it"
        return
    for number, example in enumerate(contracts.schema_of(name, version)["examples"]):
        if not quick(contracts.schema_of(name, version + 1), upcast(example)):
            yield f"{name} version {version}: example {number} is raised to something invalid"


def _identified(name: str, field: str) -> Iterator[str]:
    for version in contracts.registry().get(name, {}).get("versions", []):
        if field not in contracts.schema_of(name, version)["required"]:
            yield f"{name} version {version}: lacks {field}, by which its facts are known"


def _reused(name: str, versions: list[int]) -> Iterator[str]:
    for earlier, later in combinations(versions, 2):
        before, after = _properties(name, earlier), _properties(name, later)
        gone = [v for v in versions if earlier < v < later]
        for field in sorted(before.keys() & after.keys()):
            back = any(field not in _properties(name, version) for version in gone)
            if back and set(kinds(before[field])) != set(kinds(after[field])):
                yield f"{name} version {later}: {field} had another type in version {earlier}"


def _properties(name: str, version: int) -> dict[str, Any]:
    properties: dict[str, Any] = contracts.schema_of(name, version).get("properties", {})
    return properties
