"""Producers tell only what is registered: every `Fact(…)` and `Selection(…)` in the source of a
service names its event and version literally, so that reading is enough to know."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from django.conf import settings

from messaging import contracts

FACTS = ("Fact", "Selection")
SOURCES = "*_app"
Kind = TypeVar("Kind", str, int)


@dataclass(frozen=True, slots=True)
class Told:
    """A call that tells: where it is, and what it names; None where that is no literal."""

    place: str
    service: str
    name: str | None
    version: int | None


def problems() -> Iterator[str]:
    told = list(calls(Path(settings.BASE_DIR)))
    for fact in told:
        yield from (f"{fact.place}: {problem}" for problem in _fact(fact))
    names = {fact.name for fact in told}
    for name, entry in contracts.registry().items():
        if name not in names and entry["status"] != "retired":
            yield f"{name}: {entry['producer']} never tells it"


def calls(root: Path) -> Iterator[Told]:
    """Every `Fact(…)` and `Selection(…)` in the services under this folder."""
    for path in sorted(root.glob(f"{SOURCES}/**/*.py")):
        tree = ast.parse(path.read_text())
        service = path.relative_to(root).parts[0].removesuffix("_app")
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name_of(node.func) in FACTS:
                yield _told(node, f"{path.relative_to(root)}:{node.lineno}", service)


def _fact(fact: Told) -> Iterator[str]:
    if fact.name is None or fact.version is None:
        yield "tells an event whose name and version can't be read here"
        return
    entry = contracts.registry().get(fact.name)
    if entry is None or fact.version not in entry["versions"]:
        yield f"tells {fact.name} version {fact.version}, which is not registered"
        return
    if entry["producer"] != fact.service:
        yield f"tells {fact.name}, which is {entry['producer']}'s to tell"
    for consumer, subscription in entry["consumers"].items():
        if fact.version not in subscription["versions"]:
            yield f"tells {fact.name} version {fact.version}, which {consumer} does not take"


def _told(node: ast.Call, place: str, service: str) -> Told:
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    given = [*node.args[:2], None, None]
    name, version = given[0] or named.get("name"), given[1] or named.get("version")
    return Told(place, service, _literal(name, str), _literal(version, int))


def _literal(node: ast.expr | None, kind: type[Kind]) -> Kind | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if type(value) is kind else None


def _name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
