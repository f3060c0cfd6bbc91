"""Growth curves: time against size, both on a scale of powers of ten, drawn as SVG."""

from collections import defaultdict
from html import escape
from math import ceil, floor, log10
from pathlib import Path
from typing import Final

WIDTH, HEIGHT, LEFT, BELOW, ABOVE, LEGEND = 760, 420, 70, 40, 20, 220
COLOURS: Final = ["#0b6e4f", "#c8553d", "#3d5a80", "#8f2d56", "#b08900", "#5f4b8b", "#444444"]

Point = tuple[float, float]
_noted: dict[str, list[Point]] = defaultdict(list)


def note(name: str, size: int, seconds: float) -> None:
    """One more point of a curve."""
    _noted[name].append((size, seconds))


def write(path: Path) -> bool:
    """Whether anything was noted in this run."""
    if _noted:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(svg(_noted))
    return bool(_noted)


def svg(curves: dict[str, list[Point]]) -> str:
    points = [point for curve in curves.values() for point in curve]
    across = _decades([size for size, _ in points])
    up = _decades([max(seconds, 1e-4) for _, seconds in points])
    right, bottom = WIDTH - LEGEND, HEIGHT - BELOW

    def x(size: float) -> float:
        return LEFT + (log10(size) - across[0]) / (across[1] - across[0]) * (right - LEFT)

    def y(seconds: float) -> float:
        part = (log10(max(seconds, 1e-4)) - up[0]) / (up[1] - up[0])
        return bottom - part * (bottom - ABOVE)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        '<g font-family="sans-serif" font-size="12"><title>Time against size</title>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for power in range(across[0], across[1] + 1):
        at = x(10**power)
        parts.append(_line(at, ABOVE, at, bottom, "#ddd"))
        parts.append(_text(at, bottom + 18, f"{10**power:,}", "middle"))
    for power in range(up[0], up[1] + 1):
        at = y(10**power)
        parts.append(_line(LEFT, at, right, at, "#ddd"))
        parts.append(_text(LEFT - 6, at + 4, f"{10**power:g} s", "end"))
    for number, (name, curve) in enumerate(sorted(curves.items())):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x(size):.1f},{y(seconds):.1f}" for size, seconds in sorted(curve))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x(size):.1f}" cy="{y(seconds):.1f}" r="3" fill="{colour}">'
            f"<title>{escape(name)}: {size:,.0f} in {seconds:.3g} s</title></circle>"
            for size, seconds in curve
        ]
        parts.append(_line(right + 12, 30 + 20 * number, right + 32, 30 + 20 * number, colour))
        parts.append(_text(right + 38, 34 + 20 * number, name, "start"))
    return "\n".join([*parts, "</g></svg>\n"])


def _decades(values: list[float]) -> tuple[int, int]:
    """The powers of ten around them, at least two."""
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + 1)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}"/>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
