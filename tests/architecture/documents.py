"""What the tables of a Markdown document say."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

Row = dict[str, str]
CODE = re.compile(r"`([^`]+)`")
RULE = re.compile(r"^\|[\s:|-]+\|$")


def tables(name: str) -> Iterator[list[Row]]:
    """Each table of `docs/<name>` as rows of heading → cell."""
    lines = (Path(settings.BASE_DIR) / "docs" / name).read_text().splitlines()
    for at, line in enumerate(lines):
        if RULE.match(line):
            yield list(_rows(_cells(lines[at - 1]), lines[at + 1 :]))


def column(name: str, heading: str) -> list[str]:
    """The cells under a heading, in all tables that have it."""
    return [row[heading] for table in tables(name) for row in table if heading in row]


def words(name: str, heading: str) -> set[str]:
    """What stands as code in the cells under a heading."""
    return {word for cell in column(name, heading) for word in CODE.findall(cell)}


def _rows(headings: list[str], lines: list[str]) -> Iterator[Row]:
    for line in lines:
        if not line.startswith("|"):
            return
        yield dict(zip(headings, _cells(line), strict=True))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
