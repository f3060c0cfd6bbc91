"""What is generated from the contracts and kept in the repository, where tools look for it."""

import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import translation

from messaging.catalogue import asyncapi, tables


def documents() -> dict[Path, str]:
    """The content that each generated file has to have."""
    docs = Path(settings.BASE_DIR) / "docs"
    with translation.override("en"):
        return {
            docs / "asyncapi.json": json.dumps(asyncapi.document(), indent=2, ensure_ascii=False)
            + "\n",
            docs / "events.md": tables.page(),
        }


def problems() -> Iterator[str]:
    for path, content in documents().items():
        if not path.exists() or path.read_text() != content:
            yield f"docs/{path.name} is stale: run write_catalogue"
