"""The person behind a request, as every service sees them."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest

WORKER: Final = "worker"
MANAGER: Final = "manager"
ACCOUNTANT: Final = "accountant"
ADMIN: Final = "admin"
ROLES: Final = (WORKER, MANAGER, ACCOUNTANT, ADMIN)


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person: `id` is the public UUID that events carry."""

    id: UUID
    role: str
    name: str
    is_authenticated: bool = True

    def has(self, *roles: str) -> bool:
        return self.role in roles


@dataclass(frozen=True, slots=True)
class Nobody:
    """An anonymous request: no id, no role, may do nothing."""

    id: None = None
    role: str = ""
    name: str = ""
    is_authenticated: bool = False

    def has(self, *roles: str) -> bool:
        return False


class ActorRequest(HttpRequest):
    """What a view behind `@roles` receives: the actor is somebody."""

    actor: Actor
    htmx: Any


def actor_of(user: Any) -> Actor | Nobody:
    """The actor behind `request.user`, read anew each request: a role change acts at once."""
    if not user.is_authenticated or not user.is_active:
        return Nobody()
    return Actor(id=user.public_id, role=user.role, name=user.name)
