"""Where the bars of a chart stand. Drawn by the server: no script, prints, reads in both themes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 960, 260
LEFT, RIGHT, TOP, BOTTOM = 76, 4, 12, 40
LABELS = 10  # as many fit beneath without touching

Row = tuple[object, int, str]


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    cents: int
    url: str
    x: float
    y: float
    width: float
    height: float
    slot_x: float
    slot_width: float
    middle: float
    label_y: float
    sign: str
    shows_label: bool
    minor: bool


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    bars: list[Bar]
    zero: float
    lines: list[tuple[float, int]]
    linked: bool
    width: int = WIDTH
    height: int = HEIGHT
    gutter: int = LEFT
    slot_top: int = TOP
    slot_height: int = HEIGHT - TOP - BOTTOM


def chart(rows: Sequence[Row], title: str) -> Chart:
    top = max([cents for _, cents, _ in rows] + [0])
    bottom = min([cents for _, cents, _ in rows] + [0])
    step = nice_step(top - bottom)
    high, low = ceil(top / step) * step, floor(bottom / step) * step
    scale = (HEIGHT - TOP - BOTTOM) / ((high - low) or 1)
    zero = TOP + high * scale
    return Chart(
        title=title,
        bars=_bars(rows, scale, zero),
        zero=round(zero, 1),
        lines=[(round(zero - value * scale, 1), value) for value in range(low, high + 1, step)],
        linked=any(url for _, _, url in rows),
    )


def nice_step(span: int) -> int:
    """Grid lines at whole dollars: 1, 2 or 5 times a power of ten, three to six of them."""
    rough = max(span / 4, 100)
    power = 10 ** floor(log10(rough))
    return int(next(n * power for n in (1, 2, 5, 10) if n * power >= rough))


def _bars(rows: Sequence[Row], scale: float, zero: float) -> list[Bar]:
    slot = (WIDTH - LEFT - RIGHT) / max(len(rows), 1)
    width = min(slot * 0.68, 48)
    every = ceil(len(rows) / LABELS)
    return [_bar(place, row, slot, width, scale, zero, every) for place, row in enumerate(rows)]


def _bar(
    place: int, row: Row, slot: float, width: float, scale: float, zero: float, every: int
) -> Bar:
    label, cents, url = row
    left, tall = LEFT + slot * place, abs(cents) * scale
    return Bar(
        label=str(label),
        cents=cents,
        url=url,
        x=round(left + (slot - width) / 2, 1),
        y=round(zero - tall if cents > 0 else zero, 1),
        width=round(width, 1),
        height=round(tall, 1),
        slot_x=round(left, 1),
        slot_width=round(slot, 1),
        middle=round(left + slot / 2, 1),
        label_y=HEIGHT - 10,
        sign="plus" if cents >= 0 else "minus",
        shows_label=place % every == 0,
        minor=place % (every * 2) != 0,
    )
