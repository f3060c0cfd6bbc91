"""The events of the registry with everything the files say of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.utils.translation import get_language

from messaging import contracts
from messaging.catalogue.fields import Change, Field, changes, fields
from messaging.comparing import Step, step
from messaging.schema_checks.files import invalid_examples, published

CURRENT, SUPPORTED, DEPRECATED, RETIRED = "current", "supported", "deprecated", "retired"


@dataclass(frozen=True, slots=True)
class Window:
    """How long a deprecated version is supported, and why it goes."""

    since: date
    supported_until: date
    reason: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Data (as JSON) that the schema refuses: why, and at which JSON Pointer."""

    why: str
    at: str
    data: str


@dataclass(frozen=True, slots=True)
class Version:
    """`schema` and `examples` are JSON, to be read by people."""

    number: int
    status: str
    schema: str
    window: Window | None
    fields: list[Field]
    examples: list[str]
    refusals: list[Refusal]
    step: Step | None
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Subscription:
    consumer: str
    versions: list[int]
    may_rebuild: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """An event. `versions` are newest first, the retired too."""

    name: str
    title: str
    description: str
    producer: str
    owner: str
    status: str
    subscriptions: list[Subscription]
    versions: list[Version]

    @property
    def newest(self) -> Version:
        return self.versions[0]

    @property
    def summary(self) -> str:
        """The first sentence of the description."""
        return self.description.split(". ", maxsplit=1)[0].removesuffix(".") + "."

    @property
    def consumers(self) -> list[str]:
        return [subscription.consumer for subscription in self.subscriptions]

    def is_about(self, words: str) -> bool:
        """Whether every one of the words stands somewhere in it."""
        text = " ".join(_texts(self)).lower()
        return all(word in text for word in words.lower().split())


def entries(words: str = "") -> list[Entry]:
    """All events that are about these words, by producer and in the order of the registry."""
    found = [entry(name) for name in contracts.registry()]
    return [one for one in found if one.is_about(words)]


def entry(name: str) -> Entry:
    """In the language of the reader. `KeyError` if no event is called that."""
    return _entry(name, get_language())


@cache
def _entry(name: str, _language: str | None) -> Entry:
    registered = contracts.registry()[name]
    numbers = sorted((number for other, number in published() if other == name), reverse=True)
    newest = contracts.schema_of(name, max(registered["versions"]))
    return Entry(
        name=name,
        title=newest["title"],
        description=newest["description"],
        producer=registered["producer"],
        owner=registered["owner"],
        status=registered["status"],
        subscriptions=[
            Subscription(consumer, taken["versions"], taken["replay"] == "rebuild")
            for consumer, taken in registered["consumers"].items()
        ],
        versions=[_version(name, number, registered) for number in numbers],
    )


def _version(name: str, number: int, registered: dict[str, Any]) -> Version:
    schema = contracts.schema_of(name, number)
    window = registered.get("deprecated", {}).get(str(number))
    return Version(
        number=number,
        status=_status(number, registered),
        schema=_pretty(schema),
        window=_window(window) if window else None,
        fields=fields(schema),
        examples=[_pretty(example) for example in schema["examples"]],
        refusals=[
            Refusal(example["why"], example["at"], _pretty(example["data"]))
            for example in invalid_examples(name, number)
        ],
        step=step(name, number - 1, number) if number > 1 else None,
        changes=changes(contracts.schema_of(name, number - 1), schema) if number > 1 else [],
    )


def _status(number: int, registered: dict[str, Any]) -> str:
    if number not in registered["versions"]:
        return RETIRED
    if str(number) in registered.get("deprecated", {}):
        return DEPRECATED
    return CURRENT if number == max(registered["versions"]) else SUPPORTED


def _window(stated: dict[str, str]) -> Window:
    return Window(
        since=date.fromisoformat(stated["since"]),
        supported_until=date.fromisoformat(stated["supported_until"]),
        reason=stated["reason"],
    )


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _texts(entry: Entry) -> Iterator[str]:
    yield from (entry.name, entry.title, entry.description, entry.producer, entry.owner)
    yield from entry.consumers
    for field in entry.newest.fields:
        yield from (field.name, field.description)
