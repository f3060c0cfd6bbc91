"""What goes over the wire: how bodies are read and how values are written."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from django.http import HttpRequest
from ninja.parser import Parser
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


def storable(text: str) -> str:
    """PostgreSQL keeps no NUL, and half a character is none."""
    if "\0" in text:
        raise ValueError("must not contain NUL")
    text.encode()
    return text


def sensible(day: date) -> date:
    """Raises ValueError beyond any calendar of ours."""
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"must be from {EARLIEST} to {LATEST}")
    return day


Text = Annotated[str, AfterValidator(storable)]
Day = Annotated[date, AfterValidator(sensible)]
Role = Literal["worker", "manager", "accountant", "admin"]


def one_of(choices: Iterable[str]) -> WithJsonSchema:
    """For texts in answers: which there are, for the reader of the document."""
    return WithJsonSchema({"type": "string", "enum": sorted(choices)})


class Given(BaseModel):
    """A body: what is not named is refused, and nothing is guessed from another type."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True)


class Asked(BaseModel):
    """Parameters of an address; an empty one is as good as none."""

    @model_validator(mode="before")
    @classmethod
    def _leave_out_the_empty(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value != ""}


class Shown(BaseModel):
    """An answer."""

    model_config: ClassVar[ConfigDict] = ConfigDict(populate_by_name=True)


class Money(Shown):
    """Integer cents; negative is a debt or a charge."""

    cents: int = Field(examples=[-1500])
    currency: Literal["USD"] = "USD"


def money(cents: int | None) -> Money:
    return Money(cents=cents or 0)


class StrictParser(Parser):
    """JSON as RFC 8259 has it: no NaN, and no name twice."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body, parse_constant=_refuse, object_pairs_hook=_once)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name is used twice")
    return dict(pairs)
