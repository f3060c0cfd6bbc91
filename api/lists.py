"""Lists are given in pages: `{"items": […], "next": address or null}`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from pydantic import Field

from api.shapes import Asked, Shown, Text
from pages.paging import keyset

Item = TypeVar("Item")
M = TypeVar("M", bound=Model)


class Paged(Asked):
    """Which page of a list."""

    cursor: Text = Field("", description="from the `next` of the page before")
    limit: int = Field(50, ge=1, le=200)


class Page(Shown, Generic[Item]):
    items: list[Item]
    next: str | None = Field(description="the address of the next page; null on the last")


@dataclass(frozen=True, slots=True)
class Found(Generic[M]):
    rows: list[M]
    next: str | None


def page_of(request: HttpRequest, rows: QuerySet[M], asked: Paged, by: Sequence[str]) -> Found[M]:
    """The page of `rows` that was asked for. Http404 for a cursor that is none."""
    found = keyset(request, rows, by=by, size=asked.limit)
    return Found(found.items, _address(request, found.next))


def _address(request: HttpRequest, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = QueryDict(mutable=True)
    query.update(request.GET)
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
