"""Jira keys in titles (E2): `[UBERPOP-42] — Change the green` is a key and a title."""

import re

KEY = r"[A-Za-zА-Яа-яЁё][A-Za-zА-Яа-яЁё0-9_]*-[0-9]+"
_LEADING_KEY = re.compile(rf"^\s*\[\s*({KEY})\s*\]\s*(?:[-–—:]+\s*)?(.*)$", re.DOTALL)
_IN_PARENTHESES = str.maketrans("[]", "()")


def split_title(text: str) -> tuple[str, str | None]:
    """(title, key or None): takes one leading key off; other brackets stay where they are."""
    match = _LEADING_KEY.match(text)
    if not match:
        return text.strip(), None
    return match.group(2).strip(), match.group(1)


def without_brackets(title: str) -> str:
    """Brackets that are no leading key become parentheses (decision for titles of old)."""
    return title.translate(_IN_PARENTHESES)
