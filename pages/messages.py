"""What the product says, as its source has it: every message marked for translation.

Templates are turned into Python by Django and read by Babel, so no gettext programs are needed.
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
TEMPLATES = (".html", ".txt")
NOT_OURS = {"tests", "migrations", "locale", "static", "staticfiles", "var", "venv", "benchmarks"}


def in_source() -> Catalog:
    """All messages, without translations; each knows the files that say it."""
    catalog = Catalog()
    for path in _sources():
        name = path.relative_to(settings.BASE_DIR).as_posix()
        for _, message, comments, context in _messages(path):
            catalog.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalog


def _sources() -> Iterator[Path]:
    for folder, folders, files in os.walk(settings.BASE_DIR):
        folders[:] = sorted(set(folders) - NOT_OURS)
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in sorted(files):
            path = Path(folder, name)
            if path.suffix == ".py" or (path.suffix in TEMPLATES and "templates" in path.parts):
                yield path


def _messages(path: Path) -> Iterator[Any]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = _as_python(text)
    return extract("python", io.BytesIO(text.encode()), KEYWORDS, comment_tags=["Translators"])


def _as_python(template: str) -> str:
    """Django leaves the template's indentation, over which Python's tokenizer would stumble."""
    return "\n".join(line.strip() for line in templatize(template).splitlines())
