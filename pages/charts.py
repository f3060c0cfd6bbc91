"""Where the bars of a chart stand. Drawn by the server: no script, prints, reads in both themes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 960, 260
LEFT, RIGHT, TOP, BOTTOM = 76, 4, 12, 40
WIDEST = 48
LABELS = 10  # as many fit beneath without touching

Row = tuple[object, int, str]


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a bar is compared with, drawn behind it."""

    cents: int
    x: float
    y: float
    width: float
    height: float


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
    shadow: "Shadow | None" = None


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


@dataclass(frozen=True, slots=True)
class Plan:
    """Where things stand: `scale` is units a cent, `slot` the room of one bar."""

    scale: float
    zero: float
    slot: float
    every: int

    def bar(self, place: int, row: Row, before: int | None = None) -> Bar:
        label, cents, url = row
        left = LEFT + self.slot * place
        y, height = self.span(cents)
        width = min(self.slot * 0.68, WIDEST)
        return Bar(
            label=str(label),
            cents=cents,
            url=url,
            x=round(left + (self.slot - width) / 2, 1),
            y=y,
            width=round(width, 1),
            height=height,
            slot_x=round(left, 1),
            slot_width=round(self.slot, 1),
            middle=round(left + self.slot / 2, 1),
            label_y=HEIGHT - 10,
            sign="plus" if cents >= 0 else "minus",
            shows_label=place % self.every == 0,
            minor=place % (self.every * 2) != 0,
            shadow=None if before is None else self.shadow(place, before),
        )

    def shadow(self, place: int, cents: int) -> Shadow:
        """Wider than the bar, so that it shows on both sides of one that is as tall."""
        width = min(self.slot * 0.9, WIDEST * 1.5)
        x = LEFT + self.slot * place + (self.slot - width) / 2
        y, height = self.span(cents)
        return Shadow(cents, round(x, 1), y, round(width, 1), height)

    def span(self, cents: int) -> tuple[float, float]:
        """Where it begins, from the top, and how tall it is."""
        tall = abs(cents) * self.scale
        return round(self.zero - tall if cents > 0 else self.zero, 1), round(tall, 1)


def chart(rows: Sequence[Row], title: str, before: Sequence[int] = ()) -> Chart:
    """`before`: cents to compare with, one for each row, or none at all."""
    sums = [cents for _, cents, _ in rows] + [*before, 0]
    top, bottom = max(sums), min(sums)
    step = nice_step(top - bottom)
    high, low = ceil(top / step) * step, floor(bottom / step) * step
    plan = plan_for(len(rows), high, low)
    return Chart(
        title=title,
        bars=[
            plan.bar(place, row, before[place] if before else None)
            for place, row in enumerate(rows)
        ],
        lines=[
            (round(plan.zero - value * plan.scale, 1), value)
            for value in range(low, high + 1, step)
        ],
        linked=any(url for _, _, url in rows),
        zero=round(plan.zero, 1),
    )


def plan_for(count: int, high: int, low: int) -> Plan:
    scale = (HEIGHT - TOP - BOTTOM) / ((high - low) or 1)
    return Plan(
        scale=scale,
        zero=TOP + high * scale,
        slot=(WIDTH - LEFT - RIGHT) / max(count, 1),
        every=ceil(count / LABELS) or 1,
    )


def nice_step(span: int) -> int:
    """Grid lines at whole dollars: 1, 2 or 5 times a power of ten, three to six of them."""
    rough = max(span / 4, 100)
    power = 10 ** floor(log10(rough))
    return int(next(n * power for n in (1, 2, 5, 10) if n * power >= rough))
