"""What a comparison finds, where, and what can be done about it."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """`pointer` is a JSON Pointer (RFC 6901) into the schema; `keyword` is what refuses."""

    pointer: str
    keyword: str
    message: str | Promise

    @property
    def advice(self) -> str | Promise:
        return _ADVICE.get(self.keyword, _ADVICE_FOR_THE_REST)

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.message}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Why the new can't read the old (`backward`), and the old not the new (`forward`)."""

    backward: tuple[Finding, ...]
    forward: tuple[Finding, ...]

    @property
    def is_backward(self) -> bool:
        return not self.backward

    @property
    def is_forward(self) -> bool:
        return not self.forward


def place(pointer: str, *parts: str | int) -> str:
    """The pointer, some steps deeper."""
    steps = (str(part).replace("~", "~0").replace("/", "~1") for part in parts)
    return pointer + "".join(f"/{step}" for step in steps)


_ADVICE: Final[dict[str, str | Promise]] = {
    UNKNOWN: _("Say it with keywords that this project knows, or teach the checker the new one."),
    "required": _("Make it optional, or let the upcast supply it and keep writing it meanwhile."),
    "type": _("Give the new meaning a new name, or convert it in the upcast."),
    "enum": _("Upgrade the readers first; map values that are gone in the upcast."),
    "const": _("Upgrade the readers first; map the old value in the upcast."),
    "format": _("Check the old values before you trust the format; convert them in the upcast."),
    "pattern": _("Convert old values in the upcast; a pattern can't be compared, only kept."),
}
_ADVICE_FOR_THE_REST: Final = _("Keep the bound, or make the value fit in the upcast.")
