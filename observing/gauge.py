"""A figure that Prometheus asks for, as one query."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


def _nothing() -> Iterable[tuple[str, ...]]:
    return ()


@dataclass(frozen=True, slots=True)
class Gauge:
    """`query` yields a row of labels and one number for each series. Each of `always` that it
    leaves out is 0. It must be answered from an index: a scrape may come every few seconds."""

    name: str
    help: str
    query: str
    labels: tuple[str, ...] = ()
    always: Callable[[], Iterable[tuple[str, ...]]] = _nothing
