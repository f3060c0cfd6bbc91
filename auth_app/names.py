"""What a person may be called: anything that stays in its line and looks like what it is."""

import unicodedata
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FORBIDDEN: Final = {"Cc", "Zl", "Zp", "Cs"}  # control, line and paragraph ends, half characters
TURNING: Final = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def validate_name(name: str) -> None:
    """Names stand in letters, tables and logs: none may begin a line there, or run backwards."""
    if any(unicodedata.category(letter) in FORBIDDEN or letter in TURNING for letter in name):
        raise ValidationError(_("A name can't contain control characters."))
