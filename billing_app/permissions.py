"""Who may do what with money."""

from uuid import UUID

from access.actor import ACCOUNTANT, ADMIN, Actor

KEEPERS = (ACCOUNTANT, ADMIN)


def can_see_account(actor: Actor, account_id: UUID) -> bool:
    """Accountants and admins see everyone's, everybody else only their own (B7)."""
    return actor.has(*KEEPERS) or actor.id == account_id


def can_close(actor: Actor) -> bool:
    return actor.has(*KEEPERS)


def can_retry(actor: Actor) -> bool:
    return actor.has(*KEEPERS)
