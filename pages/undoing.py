"""A word about what was done, with a button that undoes it: only where undoing is true.

Money is never undone; a mistake there is a correction, asked for and approved.
"""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest

UNDO: Final = "undo:"


def done(request: HttpRequest, text: str, undo: str) -> None:
    """Say `text`; a POST to the address `undo` takes the deed back."""
    messages.success(request, text, extra_tags=f"{UNDO}{undo}")


def address_of(message: Any) -> str:
    """Where the deed that the message tells of can be undone; nothing if it can't be."""
    tags = message.extra_tags or ""
    return tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""
