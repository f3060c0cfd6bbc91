"""Writes docs/access.md, who may do what: `python -m tests.architecture.access_table`."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.urls import get_resolver

from tests.architecture.access_matrix import COLUMNS, IN, MATRIX
from tests.architecture.api_matrix import COLUMNS as API_COLUMNS
from tests.architecture.api_matrix import MATRIX as API_MATRIX
from tests.architecture.routes import patterns

PAGE = Path(__file__).resolve().parents[2] / "docs" / "access.md"
API_DOCUMENT = PAGE.parent / "openapi.json"
HEAD = """# Who may do what

Written by `python -m tests.architecture.access_table` from the table that the tests hold every view
against (`tests/architecture/access_matrix.py`); a test fails when it is out of date.

Yes means that the role gets an answer; what it names may still not be theirs (404). "Asks again":
the form waits until the person has proved within ten minutes who they are. "Limit": how often, see
`access/limits.py`. Whoever is dismissed is answered as the anonymous are.

| page | method | {columns} | asks again | limit |
|---|---|{rules}|---|---|
"""
API_HEAD = """
## The JSON API

Written from `tests/architecture/api_matrix.py`, below `/api/v1`. Without a token, and with one of
somebody dismissed, a call is refused with 401, one that is not for the role with 403. "Asks again":
with 401, when the sign-in behind the token is more than ten minutes old.

| call | method | {columns} | asks again |
|---|---|{rules}|---|
"""


def render() -> str:
    views = dict(patterns(get_resolver()))
    head = HEAD.format(columns=" | ".join(COLUMNS), rules="|".join(["---"] * len(COLUMNS)))
    return head + "".join(f"{line}\n" for line in _lines(views)) + _api()


def _api() -> str:
    columns, rules = " | ".join(API_COLUMNS), "|".join(["---"] * len(API_COLUMNS))
    paths = json.loads(API_DOCUMENT.read_text())["paths"]
    rows = (
        f"| `{path}` | {method} | {' | '.join(map(_cell, answers))} |"
        f" {_again(paths[path.partition('?')[0]][method.lower()])} |\n"
        for method, path, *answers in API_MATRIX
    )
    return API_HEAD.format(columns=columns, rules=rules) + "".join(rows)


def _again(operation: dict[str, Any]) -> str:
    return "yes" if "x-max-age" in operation else ""


def _lines(views: dict[str, tuple[str, Any]]) -> Iterator[str]:
    for name, method, *answers in MATRIX:
        address, view = views[name]
        again = "yes" if method == "POST" and getattr(view, "recent", False) else ""
        limit = getattr(view, "limit", "")
        counted = limit if method == "POST" or "export" in name or limit == "export" else ""
        cells = [f"`/{address}`", method, *map(_cell, answers), again, counted]
        yield f"| {' | '.join(cells)} |"


def _cell(answer: int | str) -> str:
    return {IN: "sign in", 401: "–", 403: "–"}.get(answer, "yes")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    PAGE.write_text(render())


if __name__ == "__main__":
    main()
