"""What auth publishes: the whole new state of a person, with a version to order it by; and which
sign-ins are over, since access tokens can't be called back."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from messaging.outbox import Fact

if TYPE_CHECKING:
    from auth_app.models import User
    from auth_app.refresh import TokenFamily


def account_created(user: "User") -> Fact:
    return Fact("auth.account_created", 1, _state(user), at=user.date_joined)


def account_updated(user: "User") -> Fact:
    return Fact("auth.account_updated", 1, _state(user), at=timezone.now())


def sign_in_ended(family: "TokenFamily", at: datetime, tokens_end_at: datetime) -> Fact:
    data = {
        "account_id": str(family.user.public_id),
        "sign_in_id": str(family.pk),
        "tokens_end_at": tokens_end_at.isoformat(),
    }
    return Fact("auth.sign_in_ended", 1, data, at=at)


def _state(user: "User") -> dict[str, object]:
    return {
        "account_id": str(user.public_id),
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "is_active": user.can_work,
        "language": user.language,
        "version": user.version,
    }
