"""One thing that must be true, as a query that lists whatever contradicts it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    name: str
    words: str
    query: str
