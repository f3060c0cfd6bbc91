"""Jira keys in titles (E2): `[UBERPOP-42] — Change the green` is a key and a title.

A title may have been pasted from anywhere, so blanks include what has no width, and a dash is any.
"""

import re

TITLE_LENGTH, KEY_LENGTH = 200, 32
KEY = r"[A-Za-zА-Яа-яЁё][A-Za-zА-Яа-яЁё0-9_]*-[0-9]+"
_WIDTHLESS = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_BLANK = rf"[\s{_WIDTHLESS}]*"
_LEADING_KEY = re.compile(
    rf"{_BLANK}\[{_BLANK}({KEY}){_BLANK}\]{_BLANK}(?:[-\u2010-\u2015\u2212:]+{_BLANK})?(.*)",
    re.DOTALL,
)
_BRACKETS = re.compile(r"[\[\]]")
_IN_PARENTHESES = str.maketrans("[]", "()")


def split_title(text: str) -> tuple[str, str | None]:
    """(title, key or None): takes one leading key off; other brackets stay where they are."""
    match = _LEADING_KEY.fullmatch(text)
    if not match:
        return text.strip(), None
    return match.group(2).strip(), match.group(1)


def join_title(title: str, key: str) -> str:
    """The title as it was written before keys had a field; `split_title` takes it apart again."""
    return f"[{key}] — {title}" if key else title


def split_old_title(text: str) -> tuple[str, str | None]:
    """(title, key or None) of a title from before the change: valid whatever it was.

    Without brackets it stays as it is. Brackets that are no leading key become parentheses
    (decision 7); a key with nothing after it is the title too.
    """
    if not has_brackets(text):
        return _cut(text), None
    title, key = split_title(text)
    if key and len(key) > KEY_LENGTH:
        title, key = text, None
    title = tidy(without_brackets(title))
    return _cut(title if is_visible(title) else key or title), key


def without_brackets(title: str) -> str:
    """Brackets become parentheses."""
    return title.translate(_IN_PARENTHESES)


def has_brackets(title: str) -> bool:
    return bool(_BRACKETS.search(title))


def tidy(text: str) -> str:
    """One line, single spaces, and no blanks around it."""
    return " ".join(text.split()).strip(f" {_WIDTHLESS}")


def is_visible(text: str) -> bool:
    """Whether a reader would see anything: spaces and joiners of no width are nothing."""
    return any(sign.isprintable() and not sign.isspace() for sign in text)


def _cut(title: str) -> str:
    return title if len(title) <= TITLE_LENGTH else f"{title[: TITLE_LENGTH - 1]}…"
