"""What operators do is put on record, in the transaction of the deed."""

from typing import Any
from uuid import UUID

from messaging.context import current_origin
from messaging.models import Deed


def note(  # noqa: PLR0913  (a record has these parts)
    action: Deed.Action,
    thing: str,
    by: UUID | None,
    *,
    count: int = 1,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> Deed:
    """Record that `by` (None: at the terminal) did something to a thing ("letter/<uuid>",
    "run/<uuid>", "consumer/billing", "letters"); `details` are plain JSON."""
    return Deed.objects.create(
        action=action,
        thing=thing,
        actor=by,
        count=count,
        reason=reason,
        details=details or {},
        request_id=current_origin().correlation_id,
    )
