"""Who may do what to people."""

from access.actor import ADMIN, Actor
from auth_app.models import User


def can_change_standing(actor: Actor, person: User) -> bool:
    """Role and employment: an admin's word, but never about oneself."""
    return actor.has(ADMIN) and actor.id != person.public_id
