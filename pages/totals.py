"""Totals under a list, as far as they are cheap: a list of millions only says that it is long."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Aggregate, Count, QuerySet

COUNTED = 2_000


def totals(rows: "QuerySet[Any, Any]", **sums: Aggregate) -> dict[str, Any]:
    """`count` and the sums; of more than `COUNTED` rows nothing but `many`, how many are counted at
    most: to add up all of a journal would take as long as the journal is."""
    found = rows.order_by()[: COUNTED + 1].aggregate(count=Count("*"), **sums)
    return {"many": COUNTED} if found["count"] > COUNTED else found


def counted(*lists: "QuerySet[Any, Any]") -> list[str]:
    """How many are in each, to be shown beside its name: "17", or "2000+"; one question for all."""
    counts = [_count(rows) for rows in lists]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(sql for sql, _ in counts)}",
            [value for _, values in counts for value in values],
        )
        found: tuple[int, ...] = cursor.fetchone()
    return [f"{COUNTED}+" if count > COUNTED else str(count) for count in found]


def _count(rows: "QuerySet[Any, Any]") -> tuple[str, tuple[Any, ...]]:
    """A subquery of nothing but what Django has written, and its parameters."""
    try:
        sql, values = rows.order_by().values("pk")[: COUNTED + 1].query.sql_with_params()
    except EmptyResultSet:  # Django writes nothing for what it knows to be empty
        return "0", ()
    return f"(SELECT count(*) FROM ({sql}) AS listed)", values  # noqa: S608
