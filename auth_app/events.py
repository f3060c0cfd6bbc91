"""What auth publishes: the whole new state of a person, with a version to order it by."""

from typing import TYPE_CHECKING

from django.utils import timezone

from messaging.outbox import Fact

if TYPE_CHECKING:
    from auth_app.models import User


def account_created(user: "User") -> Fact:
    return Fact("auth.account_created", 1, _state(user), at=user.date_joined)


def account_updated(user: "User") -> Fact:
    return Fact("auth.account_updated", 1, _state(user), at=timezone.now())


def _state(user: "User") -> dict[str, object]:
    return {
        "account_id": str(user.public_id),
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "is_active": user.is_active,
        "language": user.language,
        "version": user.version,
    }
