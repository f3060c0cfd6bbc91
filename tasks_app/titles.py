"""What a task may be called (E2): the form and the import ask here, so that they agree."""

import re

from django.db import models
from django.utils.translation import gettext_lazy as _

from event_schemas.titles import (
    KEY,
    KEY_LENGTH,
    TITLE_LENGTH,
    has_brackets,
    is_visible,
    split_title,
    tidy,
)

DESCRIPTION_LENGTH = 10_000


class Flaw(models.TextChoices):
    """Why something that was typed or imported is no task."""

    BLANK = "blank", _("There is no title.")
    ONLY_A_KEY = "only_a_key", _("Nothing is left of the title after the Jira key.")
    BRACKETS = "brackets", _("A title can't contain [ or ].")
    LONG_TITLE = "long_title", _("The title is longer than 200 characters.")
    NO_KEY = "no_key", _("A Jira key looks like UBERPOP-42.")
    LONG_KEY = "long_key", _("The Jira key is longer than 32 characters.")
    TWO_KEYS = "two_keys", _("The key in the title is another one than the Jira key given.")
    LONG_DESCRIPTION = "long_description", _("The description is longer than 10,000 characters.")
    TOO_MANY_CELLS = "too_many_cells", _("There are more cells than columns.")
    BAD_QUOTES = "bad_quotes", _("A quotation mark is not closed or stands in the wrong place.")


def take_key(typed: str, key: str) -> tuple[str, str] | Flaw:
    """(title, key): a key that leads the title goes where the keys are."""
    title, leading = split_title(typed)
    if leading is None:
        return tidy(title), key
    if key and key != leading:
        return Flaw.TWO_KEYS
    return (tidy(title), leading) if is_visible(title) else Flaw.ONLY_A_KEY


def title_flaw(title: str) -> Flaw | None:
    if not is_visible(title):
        return Flaw.BLANK
    if has_brackets(title):
        return Flaw.BRACKETS
    return Flaw.LONG_TITLE if len(title) > TITLE_LENGTH else None


def key_flaw(key: str) -> Flaw | None:
    if key and not re.fullmatch(KEY, key):
        return Flaw.NO_KEY
    return Flaw.LONG_KEY if len(key) > KEY_LENGTH else None


def description_flaw(description: str) -> Flaw | None:
    return Flaw.LONG_DESCRIPTION if len(description) > DESCRIPTION_LENGTH else None
