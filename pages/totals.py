"""Totals under a list, as far as they are cheap: a list of millions only says that it is long."""

from typing import Any

from django.db.models import Aggregate, Count, QuerySet

COUNTED = 2_000


def totals(rows: "QuerySet[Any, Any]", **sums: Aggregate) -> dict[str, Any]:
    """`count` and the sums; of more than `COUNTED` rows nothing but `many`, how many are counted at
    most: to add up all of a journal would take as long as the journal is."""
    found = rows.order_by()[: COUNTED + 1].aggregate(count=Count("pk"), **sums)
    return {"many": COUNTED} if found["count"] > COUNTED else found


def counted(rows: "QuerySet[Any, Any]") -> str:
    """How many, to be shown beside a name: "17", or "2000+"."""
    found = rows.order_by()[: COUNTED + 1].count()
    return f"{COUNTED}+" if found > COUNTED else str(found)
