"""What somebody with a token may do: never more than the token says, nor than the service knows.

The service's own row of the person (fed by events) takes a role away as soon as it knows, however
young the token; a token of before a promotion gives no new rights, a new one is needed for that.
"""

from dataclasses import dataclass

from access.actor import ACCOUNTANT, ADMIN, MANAGER, WORKER, Actor
from access.tokens import Claims

_RIGHTS = {
    WORKER: {WORKER},
    MANAGER: {WORKER, MANAGER},
    ACCOUNTANT: {WORKER, ACCOUNTANT},
    ADMIN: {WORKER, MANAGER, ACCOUNTANT, ADMIN},
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A service's own row of a person, as of which `version` of them."""

    role: str
    is_active: bool
    name: str
    version: int


def actor_with(claims: Claims, standing: Standing | None) -> Actor | None:
    """The actor with the weaker of both roles; None if the person is dismissed. Somebody whose row,
    or whose return, is still on its way is a worker until it comes."""
    if standing is None or (not standing.is_active and standing.version < claims.version):
        return Actor(claims.subject, WORKER, standing.name if standing else "")
    if not standing.is_active:
        return None
    return Actor(claims.subject, weaker(claims.role, standing.role), standing.name)


def weaker(one: str, other: str) -> str:
    """The greatest role whose rights both have: of manager and accountant it is worker."""
    shared = _RIGHTS[one] & _RIGHTS.get(other, {WORKER})
    return max((role for role in shared if _RIGHTS[role] <= shared), key=lambda r: len(_RIGHTS[r]))
