"""What tells that two events are the same fact, told in two versions while a change is under way.

A producer may publish an old and a new version side by side; a consumer of both applies the fact
once, by this field of its data. Old versions can't be given a key of their own any more: a
published schema never changes. So it must be a field that every version has.
"""

from typing import Final

FACTS: Final[dict[str, str]] = {"tasks.task_created": "task_id"}
