"""The audit log: what people do with money, written in the transaction of the deed."""

from typing import Any
from uuid import UUID

from billing_app.models import Account, Action, AuditRecord
from messaging.context import current_origin

State = dict[str, Any]


def note(  # noqa: PLR0913  (a record has these parts)
    action: Action,
    thing: str,
    by: UUID,
    *,
    before: State | None = None,
    after: State | None = None,
    reason: str = "",
) -> None:
    """Record that `by` did something to a thing ("entry/12", "day/2026-11-22", "payout/…")."""
    role = Account.objects.filter(public_id=by).values_list("role", flat=True).first()
    AuditRecord.objects.create(
        actor=by,
        actor_role=role or "",
        action=action,
        object=thing,
        before=before,
        after=after,
        reason=reason,
        request_id=current_origin().correlation_id,
    )
