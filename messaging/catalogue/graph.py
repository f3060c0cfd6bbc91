"""Who tells what to whom, as a drawing: producers, events and consumers in three columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from messaging.catalogue.entries import Entry

WIDTH: Final = 900
ROW, TOP, BOX = 40, 34, 28
PRODUCERS, EVENTS, CONSUMERS = (10, 130), (300, 270), (760, 130)  # left edge and width


@dataclass(frozen=True, slots=True)
class Node:
    """A box; `y` is its middle."""

    label: str
    x: int
    y: float
    width: int

    @property
    def top(self) -> float:
        return self.y - BOX / 2

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Line:
    """From one box to another; `service` is whose colour it has."""

    service: str
    path: str


@dataclass(frozen=True, slots=True)
class Graph:
    producers: list[Node]
    events: list[Node]
    consumers: list[Node]
    lines: list[Line]
    height: int
    width: int = WIDTH
    box: int = BOX


def graph(entries: Sequence[Entry]) -> Graph:
    """Where everything stands; the services are spread over the height that the events need."""
    events = {entry.name: _node(entry.name, EVENTS, place) for place, entry in enumerate(entries)}
    producers = _spread([entry.producer for entry in entries], PRODUCERS, len(events))
    heard = [consumer for entry in entries for consumer in entry.consumers]
    consumers = _spread(heard, CONSUMERS, len(events))
    told = [Line(e.producer, _curve(producers[e.producer], events[e.name])) for e in entries]
    taken = [
        Line(entry.producer, _curve(events[entry.name], consumers[consumer]))
        for entry in entries
        for consumer in entry.consumers
    ]
    return Graph(
        producers=list(producers.values()),
        events=list(events.values()),
        consumers=list(consumers.values()),
        lines=told + taken,
        height=TOP + ROW * max(len(events), len(consumers), len(producers)),
    )


def _spread(names: Sequence[str], column: tuple[int, int], rows: int) -> dict[str, Node]:
    unique = list(dict.fromkeys(names))
    apart = max(rows, len(unique)) / max(len(unique), 1)
    return {
        name: _node(name, column, (place + 0.5) * apart - 0.5) for place, name in enumerate(unique)
    }


def _node(label: str, column: tuple[int, int], place: float) -> Node:
    x, width = column
    return Node(label, x, round(TOP + ROW * (place + 0.5), 1), width)


def _curve(start: Node, end: Node) -> str:
    left, right = start.x + start.width, end.x
    middle = (left + right) / 2
    return f"M{left} {start.y}C{middle:g} {start.y} {middle:g} {end.y} {right} {end.y}"
