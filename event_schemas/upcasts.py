"""How the data of an old version reads in the next one: pure functions, applied at the border of
the consumer, so that handlers know only the newest version."""

from collections.abc import Callable
from typing import Any

from event_schemas.titles import split_old_title


def task_created_1_to_2(data: dict[str, Any]) -> dict[str, Any]:
    title, jira_id = split_old_title(data["title"])
    return {
        "task_id": data["task_id"],
        "title": title,
        "jira_id": jira_id,
        "created_by": data["created_by"],
        "version": 1,
    }


UPCASTS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("tasks.task_created", 1): task_created_1_to_2,
}
