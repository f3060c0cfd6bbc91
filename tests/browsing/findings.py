"""What is wrong with the page that a browser shows: accessibility, overflow, weight."""

import gzip
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.staticfiles import finders
from playwright.sync_api import Page

NARROWEST = 320
BESIDE_THE_MENU = 1024  # a tablet, where the menu takes a quarter of the width
HEAVIEST_BYTES = 150_000
HEAVIEST_SCRIPTS_BYTES = 60_000
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}

# The widest thing that sticks out, unless it scrolls in a frame of its own.
_STICKS_OUT = """
(width) => {
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement)
      if (getComputedStyle(at).overflowX !== "visible") return true;
    return false;
  };
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > width + 0.5 && !scrolls(element))
    .map((element) => element.outerHTML.slice(0, 120).replace(/\\s+/g, " "))
    .concat([`the page is ${document.documentElement.scrollWidth} px wide`]).slice(0, 3);
}
"""

# Words and controls that a frame cuts off where nobody can scroll to them. Not what is hidden from
# eyes on purpose, nor what ends in an ellipsis, nor what a frame in between can scroll to.
_CUT_OFF = """
() => {
  const meant = (style) => style.clipPath !== "none" || style.textOverflow === "ellipsis"
    || style.webkitLineClamp !== "none";
  const cuts = (overflow) => overflow === "hidden" || overflow === "clip";
  const scrolls = (overflow) => overflow === "auto" || overflow === "scroll";
  const frames = [...document.querySelectorAll("body *")]
    .map((frame) => [frame, getComputedStyle(frame)])
    .filter(([frame, style]) => frame.namespaceURI.endsWith("xhtml")
      && (cuts(style.overflowX) || cuts(style.overflowY)) && !meant(style));
  const boxes = (element) => {
    if (element.matches("button, input, select, textarea, summary, a:has(svg)"))
      return [element.getBoundingClientRect()];
    return [...element.childNodes]
      .filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())
      .flatMap((node) => {
        const words = document.createRange();
        words.selectNodeContents(node);
        return [...words.getClientRects()];
      });
  };
  const seen = { visibilityProperty: true, opacityProperty: true };
  const between = (element, frame, test) => {
    for (let at = element; at && at !== frame; at = at.parentElement)
      if (test(getComputedStyle(at))) return true;
    return false;
  };
  const found = [];
  for (const [frame, { overflowX, overflowY }] of frames) {
    const box = frame.getBoundingClientRect();
    const x = cuts(overflowX), y = cuts(overflowY);
    for (const element of frame.querySelectorAll("*")) {
      if (!element.checkVisibility(seen)) continue;
      const cut = boxes(element).some(({ left, right, top, bottom, width }) => width
        && (x && (right > box.right + 1 || left < box.left - 1)
          || y && (bottom > box.bottom + 1 || top < box.top - 1)));
      if (cut && !between(element, frame, (style) => meant(style)
          || x && scrolls(style.overflowX) || y && scrolls(style.overflowY)))
        found.push(element.outerHTML.slice(0, 120).replace(/\\s+/g, " "));
    }
  }
  return [...new Set(found)].slice(0, 3);
}
"""

_LOADED = """
["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
  .map((entry) => [new URL(entry.name).pathname, entry.decodedBodySize])
"""


def violations(page: Page, options: dict[str, Any] = EVERYTHING) -> Iterator[str]:
    """What axe finds, a line per element."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("(options) => axe.run(options)", options)
    for violation in found["violations"]:
        for node in violation["nodes"]:
            why = " ".join(node["failureSummary"].split())
            yield f"{violation['id']}: {node['html'][:160]} ({why[:260]})"


def sticking_out(page: Page) -> list[str]:
    """What makes a page scroll sideways on the narrowest phone (WCAG 1.4.10)."""
    size = page.viewport_size
    page.set_viewport_size({"width": NARROWEST, "height": 700})
    found: list[str] = page.evaluate(_STICKS_OUT, NARROWEST)
    if size:
        page.set_viewport_size(size)
    return [f"sticks out at {NARROWEST} px: {element}" for element in found]


def cut_off(page: Page) -> list[str]:
    """What cannot be reached however one scrolls: as wide as it is shown, and beside the menu."""
    size = page.viewport_size
    found = _cut_off(page)
    page.set_viewport_size({"width": BESIDE_THE_MENU, "height": 800})
    found += _cut_off(page)
    if size:
        page.set_viewport_size(size)
    return found


def _cut_off(page: Page) -> list[str]:
    width = (page.viewport_size or {"width": 0})["width"]
    found: list[str] = page.evaluate(_CUT_OFF)
    return [f"is cut off at {width} px: {element}" for element in found]


def too_heavy(page: Page) -> Iterator[str]:
    """Of a first load, as production sends it: files compressed, pages not, lest their lengths tell
    what they hold."""
    weights = {path: weight(path, size) for path, size in page.evaluate(_LOADED)}
    scripts = sum(size for path, size in weights.items() if path.endswith(".js"))
    if sum(weights.values()) > HEAVIEST_BYTES:
        yield f"weighs {sum(weights.values())} bytes: {weights}"
    if scripts > HEAVIEST_SCRIPTS_BYTES:
        yield f"scripts weigh {scripts} bytes"


def weight(path: str, size: int) -> int:
    return compressed(path.removeprefix("/static/")) if path.startswith("/static/") else size


@cache
def compressed(name: str) -> int:
    found = finders.find(name)
    assert isinstance(found, str), name
    return len(gzip.compress(Path(found).read_bytes()))
