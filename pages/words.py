"""Finding by words: all of them somewhere, in any order, each perhaps only begun. Punctuation is no
part of a word, so keys and addresses are found by their parts."""

import re
from typing import Any, Final, TypeVar

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import F, Func, QuerySet, TextField, Value

CONFIG: Final = "simple"  # of any language: no word is left out, none is cut to its stem
BEYOND_ALL: Final = 100_000_000

R = TypeVar("R", bound="QuerySet[Any, Any]")


def vector(*columns: str) -> SearchVector:
    """The words in some columns of a row, for an index and for whoever wants to be served by it."""
    return SearchVector(*(_without_punctuation(column) for column in columns), config=CONFIG)


def asked(words: str) -> SearchQuery | None:
    """None if there is no word in it."""
    begun = [f"{word}:*" for word in re.findall(r"\w+", words)]
    return SearchQuery(" & ".join(begun), config=CONFIG, search_type="raw") if begun else None


def matching(rows: R, words: str, *columns: str, at_most: int = BEYOND_ALL) -> R:
    """Those with all these words in `columns`, of which there is an index; `at_most` so many, no
    matter which. Found by it before they are put in order: a planner that knows of a limit would
    rather read everybody in order, hoping to meet enough of them soon."""
    query = asked(words)
    if query is None:
        return rows.none()
    found = rows.model._base_manager.alias(words=vector(*columns)).filter(words=query)
    return rows.filter(pk__in=found.values("pk")[:at_most])


def _without_punctuation(column: str) -> Func:
    parts = F(column), Value(r"\W+"), Value(" "), Value("g")
    return Func(*parts, function="regexp_replace", output_field=TextField())
